import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Console } from '@millrace/contracts'
import { type ConsoleSettings, consoleSettings } from '../src/console-settings.js'
import { openConsole } from '../src/open-console.js'
import { type Application, createApplication, spansOf } from './application.js'
import { ask, begin, enter, messages, type StreamMessage, until } from './browse.js'

let application: Application
let page: Console
let origin: string
let headers: Readonly<Record<string, string>>

beforeEach(async () => {
  application = createApplication()
  await open({})
})

afterEach(async () => {
  await page.close()
})

async function open(settings: Partial<ConsoleSettings>): Promise<void> {
  await page?.close()
  page = await openConsole(application.source, { ...consoleSettings(), everyMs: 30, soonMs: 10, ...settings })
  origin = new URL(page.link()).origin
  headers = await enter(page.link())
}

const listen = (more: Readonly<Record<string, string>> = {}, query = '') =>
  begin(`${origin}/stream${query}`, { headers: { ...headers, ...more } })

const isFrame = ({ event }: StreamMessage) => event === 'frame'
const isEvents = ({ event }: StreamMessage) => event === 'events'

/** Whether a message is a frame in which a slot is in a phase. */
const shows = (slot: string, phase: string) => (message: StreamMessage) =>
  isFrame(message) && JSON.stringify(message.data).includes(`{"slot":"${slot}","group":"features","phase":"${phase}"`)

describe('a page that listens', () => {
  it('CON-LIVE-01 is told of the plan first, of its layout when there is one, and of frames', async () => {
    const stream = messages(await listen())
    const seen = await until(stream, ({ event }) => event === 'layouts')
    expect(seen[0]).toMatchObject({ event: 'plan', data: { title: 'fund-loads', profile: 'tcp_local' } })
    const [frame] = await until(stream, isFrame)
    expect(frame?.data).toMatchObject({
      phase: 'running',
      scenario: 'baseline',
      workers: [{ slot: 'web#1' }, {}, {}, {}],
    })
  })

  it('CON-LIVE-01 is told at once that a worker has failed, however long it is until the next look', async () => {
    await open({ everyMs: 60_000 })
    const stream = messages(await listen())
    await until(stream, shows('features#1', 'running'))
    const start = performance.now()
    application.move('features#1', 'failed')
    await until(stream, shows('features#1', 'failed'))
    application.move('features#1', 'starting', 2)
    await until(stream, shows('features#1', 'starting'))
    expect(performance.now() - start).toBeLessThan(1_000)
  })

  it('CON-LIVE-01 is told of rates, and of how long hops take now', async () => {
    const stream = messages(await listen())
    await until(stream, isFrame)
    const timer = setInterval(() => {
      application.handle('parse', 10)
      application.handle('daily-window', 10, 20)
    }, 20)
    const hops = ({ data }: StreamMessage) =>
      (data as { flows?: { hops: { p50Ms: number; rate: number }[] } }).flows?.hops ?? []
    const seen = await until(stream, (message) => (hops(message)[0]?.rate ?? 0) > 0)
    clearInterval(timer)
    expect(hops(seen.at(-1) as StreamMessage)).toEqual([
      { from: 'web', to: 'features', rate: expect.any(Number), p50Ms: 17.5, p99Ms: expect.closeTo(24.9, 1) },
    ])
  })

  it('CON-LIVE-02 gets the newest frame when it reads again, and not those it has missed', async () => {
    const scenario = 'x'.repeat(300_000)
    const { snapshot } = application.source
    application = {
      ...application,
      source: { ...application.source, snapshot: async () => ({ ...(await snapshot()), scenario }) },
    }
    await open({ everyMs: 5 })
    const answer = await listen()
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    const missed = application.looks()
    const stream = messages(answer)
    let frames = 0
    await until(stream, (message) => {
      if (isFrame(message)) frames += 1
      return isFrame(message) && application.looks() > missed + 20
    })
    expect(frames).toBeLessThan(missed)
    answer.destroy()
  })

  it('CON-LIVE-02 is cut off when it reads nothing for too long', async () => {
    const scenario = 'x'.repeat(300_000)
    const { snapshot } = application.source
    application = {
      ...application,
      source: { ...application.source, snapshot: async () => ({ ...(await snapshot()), scenario }) },
    }
    await open({ everyMs: 5, stallMs: 200, maxStreams: 1 })
    const answer = await listen()
    const gone = once(answer, 'close').catch(() => undefined)
    await eventually(async () => (await ask(`${origin}/trace?id=x`, { headers })).status === 400)
    await eventually(async () => {
      const next = await listen()
      next.destroy()
      return next.statusCode === 200
    })
    answer.destroy()
    await gone
  })

  it('CON-LIVE-03 is told of the last events, and when it comes back only of those since', async () => {
    application.move('features#1', 'failed')
    const first = await listen()
    const seen = await until(messages(first), isEvents)
    first.destroy()
    expect(seen.at(-1)).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{8}-1$/),
      data: [{ id: 1, name: 'worker.failed' }],
    })
    const id = String(seen.at(-1)?.id)
    application.move('features#1', 'starting', 2)
    const ids = async (more: Record<string, string>, query?: string) => {
      const answer = await listen(more, query)
      const events = (await until(messages(answer), isEvents)).at(-1)?.data
      answer.destroy()
      return events
    }
    expect(await ids({ 'last-event-id': id })).toMatchObject([{ id: 2, name: 'worker.starting' }])
    expect(await ids({}, `?after=${id}`)).toMatchObject([{ id: 2 }])
    expect(await ids({ 'last-event-id': '00000000-1' })).toMatchObject([{ id: 1 }, { id: 2 }])
    expect(await ids({ 'last-event-id': 'nonsense' })).toMatchObject([{ id: 1 }, { id: 2 }])
  })

  it('CON-LIVE-03 is told of the last 500 events at most, each cut to what can be read', async () => {
    const emit = (n: number) =>
      application.events.emit('node.log', { node: 'parse', message: `${n} ${'x'.repeat(1_000)}` })
    Array.from({ length: 600 }, (_, n) => n).forEach(emit)
    const seen = await until(messages(await listen()), isEvents)
    const events = seen.at(-1)?.data as { id: number; facts: { message: string } }[]
    expect([events.length, events[0]?.id, events.at(-1)?.id]).toEqual([500, 101, 600])
    expect(events[0]?.facts.message).toHaveLength(401)
  })

  it('CON-LIVE-04 is the only reason to look at the application', async () => {
    application.move('features#1', 'failed')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(application.looks()).toBe(0)
    const answer = await listen()
    await until(messages(answer), isFrame)
    answer.destroy()
    await eventually(async () => {
      const before = application.looks()
      await new Promise((resolve) => setTimeout(resolve, 150))
      return application.looks() === before
    })
  })

  it('CON-LIVE-04 is refused where as many listen as may', async () => {
    await open({ maxStreams: 2 })
    const answers = [await listen(), await listen(), await listen()]
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 503])
    for (const answer of answers) answer.destroy()
  })

  it('CON-LIVE-04 is let go when the console closes', async () => {
    const answer = await listen()
    const ended = once(answer.resume(), 'close')
    await page.close()
    await ended
    await expect(ask(`${origin}/`)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})

describe('a trace', () => {
  const id = '0af7651916cd43dd8448eb211c80319c'

  it('CON-TRACE-01 is answered with its spans, and with none where nobody has any', async () => {
    application.traces.set(id, spansOf(id))
    const known = await ask(`${origin}/trace?id=${id.toUpperCase()}`, { headers })
    expect(JSON.parse(known.text)).toMatchObject({ id, left: 0, spans: { length: 8 } })
    const unknown = await ask(`${origin}/trace?id=${'1'.repeat(32)}`, { headers })
    expect(JSON.parse(unknown.text)).toEqual({ id: '1'.repeat(32), left: 0, spans: [] })
  })

  it.each(['', 'x', '0'.repeat(32), `${id}0`])('CON-TRACE-01 is not looked for under "%s"', async (wrong) => {
    const answer = await ask(`${origin}/trace?id=${wrong}`, { headers })
    expect([answer.status, answer.text]).toEqual([
      400,
      '{"problem":"A trace id has 32 hex digits, not all of them 0."}',
    ])
  })

  it('CON-TRACE-01 is not waited for without end, nor are many at once', async () => {
    application = { ...application, source: { ...application.source, trace: () => new Promise(() => undefined) } }
    await open({ traceTimeoutMs: 300, maxTraces: 2 })
    const answers = await Promise.all([1, 2, 3].map(() => ask(`${origin}/trace?id=${id}`, { headers })))
    expect(answers.map(({ status }) => status).sort()).toEqual([503, 504, 504])
    expect((await ask(`${origin}/trace?id=${id}`, { headers })).status).toBe(504)
  })
})

/** Waits for what must come to be true soon. */
async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it has not come to be true')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
