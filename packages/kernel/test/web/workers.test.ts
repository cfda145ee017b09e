import { Agent, request } from 'node:http'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventually, inWorkers, post, startWeb, type WebApplication } from './web-application.js'

let app: WebApplication

beforeAll(async () => {
  // A caller may ask again before the root of its last answer has ended.
  app = await startWeb({ runtime: { ...inWorkers.runtime, max_in_flight: 4000 } })
})

afterAll(async () => {
  await app.stop()
})

const pidOf = (group: string) => app.runtime.workers().find((worker) => worker.group === group)?.pid ?? 0
const waits = async () => ((await (await fetch(`${app.url}/report`)).json()) as { waiting: number }).waiting

/** Asks over connections of its own and says what came: a status, or the code of the socket's error. */
function ask(agent: Agent, body: object): Promise<{ readonly outcome: number | string; readonly text: string }> {
  return new Promise((resolve) => {
    const asked = request(`${app.url}/quotes`, {
      agent,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    })
    asked.on('error', (error: NodeJS.ErrnoException) => resolve({ outcome: error.code ?? error.message, text: '' }))
    asked.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', (error: NodeJS.ErrnoException) =>
        resolve({ outcome: error.code ?? error.message, text: '' }),
      )
      response.on('end', () => resolve({ outcome: response.statusCode ?? 0, text }))
    })
    asked.end(JSON.stringify(body))
  })
}

/** How often each caller asks: `ROUNDS=30` takes half a minute and more. */
const questions = 10 * Number(process.env.ROUNDS ?? 1)

describe('the web in front of a worker', () => {
  it(
    'WEB-04 a thousand concurrent callers each get the answer to their own question',
    async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1000 })
      const caller = async (id: number): Promise<string[]> => {
        const wrong: string[] = []
        for (let round = 0; round < questions; round++) {
          const sku = `s${id}-${round}`
          const { outcome, text } = await ask(agent, { sku, n: 1 + ((id * 7 + round) % 1000) })
          const reply = outcome === 200 ? (JSON.parse(text) as { sku: string; cents: number }) : undefined
          if (reply?.sku !== sku || reply.cents !== 100 * (1 + ((id * 7 + round) % 1000)))
            wrong.push(`${sku}: ${outcome} ${text}`)
        }
        return wrong
      }
      const wrong = (await Promise.all(Array.from({ length: 1000 }, (_, id) => caller(id)))).flat()
      agent.destroy()
      expect(wrong).toEqual([])
    },
    60_000 + questions * 5000,
  )

  it('PARITY-01 replies and items are the same bytes as in one process, whatever fields they have and however long they are', async () => {
    const inline = await startWeb()
    const bodies = [1, 3000].map((upTo) => ({ upTo }))
    const lines = bodies.map((body) => `${JSON.stringify(body)}\n`).join('')
    const said = async ({ url }: WebApplication): Promise<readonly string[]> => [
      ...(await Promise.all(bodies.map(async (body) => (await post(`${url}/tallies`, body)).text()))),
      await (await post(`${url}/tally-lines`, lines, { 'content-type': 'application/x-ndjson' })).text(),
    ]
    const expected = await said(inline)
    await inline.stop()
    expect(expected[0]).toBe('{"sum":1,"note":"é","1":1,"2":2,"b":1}')
    expect(await said(app)).toEqual(expected)
  })

  it('REPLY-09 a thousand clients that go away leave no handler at work', async () => {
    const agent = new Agent({ maxSockets: 1000 })
    const asked = Array.from({ length: 1000 }, (_, id) => ask(agent, { sku: `s${id}`, n: 1, mode: 'wait' }))
    expect(await eventually(waits, (waiting) => waiting === 1000)).toBe(1000)
    agent.destroy()
    await Promise.all(asked)
    expect(await eventually(waits, (waiting) => waiting === 0)).toBe(0)
  })

  it('WEB-05 502 for what a killed worker held, 503 or a wait meanwhile, then service again', async () => {
    const before = pidOf('work')
    const held = Array.from({ length: 50 }, (_, id) => post(`${app.url}/quotes`, { sku: `s${id}`, n: 1, mode: 'wait' }))
    await eventually(waits, (waiting) => waiting === 50)
    process.kill(before, 'SIGKILL')
    const answers = await Promise.all(
      held.map(async (one) => (await one).json() as Promise<{ status: number; code: string }>),
    )
    expect(new Set(answers.map(({ status, code }) => `${status} ${code}`))).toEqual(new Set(['502 WORKER_CRASHED']))
    const next = await post(`${app.url}/quotes`, { sku: 'after', n: 3 })
    expect(await next.json()).toMatchObject({ sku: 'after', cents: 300 })
    expect(pidOf('work')).not.toBe(before)
  })

  it('WEB-09 a killed web worker refuses no connection: what was in flight ends, and service goes on', async () => {
    const before = pidOf('web')
    const outcomes: (number | string)[] = []
    let killed = false
    let served = 0
    const caller = async (id: number): Promise<void> => {
      // A connection for every request: one that is refused would be seen.
      const agent = new Agent({ keepAlive: false })
      while (served < 200) {
        const { outcome } = await ask(agent, { sku: `s${id}`, n: 1, mode: 'slow' })
        outcomes.push(outcome)
        if (killed && pidOf('web') !== before && outcome === 200) served++
      }
    }
    const callers = Array.from({ length: 20 }, (_, id) => caller(id))
    await eventually(
      () => fetch(`${app.url}/health/live`),
      () => outcomes.length >= 40,
    )
    process.kill(before, 'SIGKILL')
    killed = true
    await Promise.all(callers)
    expect(pidOf('web')).not.toBe(before)
    expect(outcomes).not.toContain('ECONNREFUSED')
    expect(outcomes.filter((outcome) => outcome !== 200 && outcome !== 'ECONNRESET' && outcome !== 503)).toEqual([])
    const lost = outcomes.filter((outcome) => outcome === 'ECONNRESET').length
    expect(lost).toBeLessThanOrEqual(20)
  })

  it('WEB-09 HANDOFF-05 a reload of the web worker refuses no connection and fails nothing: a stream goes on to its end', async () => {
    const before = pidOf('web')
    const outcomes: (number | string)[] = []
    let asking = true
    const caller = async (id: number): Promise<void> => {
      const agent = new Agent({ keepAlive: false }) // one that is refused would be seen
      while (asking) outcomes.push((await ask(agent, { sku: `s${id}`, n: 1, mode: 'slow' })).outcome)
    }
    const callers = Array.from({ length: 20 }, (_, id) => caller(id))
    const body = new Readable({ read: () => undefined })
    let sent = 0
    const sendLine = (): void => {
      sent++
      body.push(`{"sku":"s${sent}","n":${sent}}\n`)
    }
    sendLine()
    const streaming = await fetch(`${app.url}/lines`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: Readable.toWeb(body) as ReadableStream,
      duplex: 'half',
    } as RequestInit)
    const text = streaming.text()
    const reloaded = app.runtime.reload('web')
    // Lines are sent to the old process as long as it is there, and some after that.
    for (let after = 0; after < 20; after += pidOf('web') === before ? 0 : 1) {
      await fetch(`${app.url}/health/live`)
      sendLine()
    }
    body.push(null)
    const replies = (await text)
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { cents: number }).cents)
    await reloaded
    asking = false
    await Promise.all(callers)
    expect(new Set(outcomes)).toEqual(new Set([200]))
    expect(replies).toEqual(Array.from({ length: sent }, (_, n) => 100 * (n + 1)))
  })
})
