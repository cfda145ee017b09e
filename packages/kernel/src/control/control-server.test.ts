import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { defineMessage, defineNode, MillraceError, type RuntimeSnapshot } from '@millrace/contracts'
import { Type } from 'typebox'
import { createRuntime } from '../create-runtime.js'
import { defaultMaxPayloadBytes } from '../payload/max-payload-bytes.js'
import type { Runtime } from '../runtime/runtime.js'
import { converse, findApplication } from './control-client.js'
import { LineReader, longestAnswerBytes, longestQuestionBytes, readAnswer } from './control-protocol.js'
import { type ControlServer, serveControl } from './control-server.js'

const Ask = defineMessage('control.ask', Type.Object({ n: Type.Integer() }))
const Answer = defineMessage('control.answer', Type.Object({ n: Type.Integer() }), { reply: true })
const answer = defineNode({ name: 'answer', consumes: Ask, emits: [Answer], handle: ({ n }) => Answer.of({ n }) })

let folder: string
let runtime: Runtime
let server: ControlServer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mc-'))
  runtime = await createRuntime({ nodes: [answer], overlay: { scenario: { name: 'shop' } } })
  await runtime.start()
})
afterAll(async () => {
  await runtime.stop()
  rmSync(folder, { recursive: true })
})
beforeEach(async () => {
  server = await serveControl(runtime, folder)
})
afterEach(() => server.close())

function raw(text: string): Socket {
  const socket = connect(server.path).on('error', () => undefined)
  socket.write(text)
  return socket
}

/** Resolves when a connection is gone, in whatever way. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => void socket.once('close', () => resolve()))
}

/** A line that asks. */
function question(id: number, ask: string, facts: object = {}): string {
  return `${JSON.stringify({ id, ask, facts })}\n`
}

/** So many turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((done) => setImmediate(done))
}

/** So many lines that a client is told: their question, their kind, and the code of an error. */
async function answers(client: Socket, count: number): Promise<readonly string[]> {
  const lines = new LineReader(longestAnswerBytes)
  const said: string[] = []
  await new Promise<void>((resolve) => {
    client.setEncoding('utf8').on('data', (piece) => {
      for (const line of lines.take(String(piece)) ?? []) said.push(kindOf(line))
      if (said.length >= count) resolve()
    })
  })
  client.removeAllListeners('data')
  return said
}

function kindOf(line: string): string {
  const answer = readAnswer(line)
  if (answer === undefined) return line
  if ('error' in answer) return `${answer.id} error ${answer.error.code}`
  return `${answer.id} ${'item' in answer ? 'item' : 'done'}`
}

/** The first items of a conversation. */
async function first(count: number, asked: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const items: unknown[] = []
  for await (const item of asked) if (items.push(item) === count) break
  return items
}

describe('serveControl', () => {
  it('opens a socket that only this user can use, and removes it', async () => {
    expect(statSync(server.path).mode & 0o777).toBe(0o600)
    await server.close()
    expect(existsSync(server.path)).toBe(false)
  })

  it('tells what the application has done', async () => {
    await runtime.request(Ask, { n: 1 }, { expect: Answer, timeoutMs: 10_000 })
    const [snapshot] = await first(1, converse(findApplication(undefined, folder), 'snapshot'))
    expect(snapshot).toMatchObject({
      scenario: 'shop',
      pid: process.pid,
      phase: 'running',
      workers: [{ pid: process.pid, phase: 'running', vitals: { handled: 1, queued: 0, inFlight: 0 } }],
    })
  })

  it('tells it again at each interval, until the client goes', async () => {
    const items = await first(3, converse(findApplication('shop', folder), 'watch', { intervalMs: 100 }))
    expect(items).toHaveLength(3)
  })

  it('says why when it can tell it no more', async () => {
    const { snapshot } = runtime
    let asked = 0
    runtime.snapshot = () => {
      asked += 1
      return asked < 3 ? snapshot.call(runtime) : Promise.reject(new MillraceError('BOOT_NOT_READY', 'not any more'))
    }
    const items = converse(findApplication('shop', folder), 'watch', { intervalMs: 100 })
    try {
      await expect(first(3, items)).rejects.toMatchObject({ code: 'BOOT_NOT_READY' })
    } finally {
      runtime.snapshot = snapshot
    }
    expect(asked).toBe(3)
  })

  it.each([
    ['snapshots', {}, 'CONTROL_UNAVAILABLE'],
    ['watch', { intervalMs: 1 }, 'CONFIG_INVALID'],
    ['constructor', {}, 'CONTROL_UNAVAILABLE'],
  ])('answers what it cannot do with a code: %s', async (ask, facts, code) => {
    const asked = converse(findApplication(String(process.pid), folder), ask, facts)
    await expect(first(1, asked)).rejects.toMatchObject({ code })
  })

  it.each([
    ['what is no question', 'hello\n'],
    ['a line that is too long', 'x'.repeat(longestQuestionBytes(defaultMaxPayloadBytes) + 2)],
  ])('cuts a client off that sends %s, and serves the next one', async (_what, text) => {
    await closed(raw(text))
    expect(await first(1, converse(findApplication('shop', folder), 'snapshot'))).toHaveLength(1)
  })

  it('hears sixteen clients at once and no more', async () => {
    const clients = Array.from({ length: 16 }, () => raw('{"id":1,"ask":"snapshot"}\n'))
    await Promise.all(clients.map((client) => once(client, 'data')))
    await closed(raw(''))
    for (const client of clients) client.destroy()
  })

  it('tells what an application of many nodes and workers has counted, and says when that is too long', async () => {
    let length = 3_000_000
    const snapshot = async (): Promise<RuntimeSnapshot> => ({
      ...(await runtime.snapshot()),
      scenario: 'x'.repeat(length),
    })
    const large = await serveControl({ summary: runtime.summary, snapshot } as Runtime, mkdtempSync(join(folder, 'l')))
    const application = { name: 'shop', pid: process.pid, path: large.path }
    expect(await first(1, converse(application, 'snapshot'))).toMatchObject([{ scenario: 'x'.repeat(length) }])
    length = longestAnswerBytes
    await expect(first(1, converse(application, 'snapshot'))).rejects.toMatchObject({ code: 'CONTROL_UNAVAILABLE' })
    await large.close()
  })

  it('asks nothing more for a client that does not read, and goes on where it does', async () => {
    let taken = 0
    const large = 'x'.repeat(100_000)
    const snapshot = async (): Promise<RuntimeSnapshot> => {
      taken++
      return { ...(await runtime.snapshot()), scenario: large }
    }
    const talkative = await serveControl({ summary: runtime.summary, snapshot } as Runtime, folder)
    const filler = 'x'.repeat(10_000)
    const client = connect(talkative.path).on('error', () => undefined)
    for (let id = 1; id <= 200; id++) client.write(question(id, 'snapshot', { filler }))
    await turns(500)
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThan(100)
    expect(await answers(client, 200)).toEqual(Array.from({ length: 200 }, (_, at) => `${at + 1} done`))
    await talkative.close()
  })

  it('refuses a question of a client that has 128 open, and serves the next client', async () => {
    const watched = Array.from({ length: 128 }, (_, at) => question(at + 1, 'watch', { intervalMs: 60_000 }))
    const client = raw([...watched, question(129, 'snapshot')].join(''))
    const said = await answers(client, 129)
    expect(said.filter((one) => one.endsWith(' item'))).toHaveLength(128)
    expect(said).toContain('129 error CONTROL_UNAVAILABLE')
    expect(await first(1, converse(findApplication('shop', folder), 'snapshot'))).toHaveLength(1)
    client.destroy()
  })

  it('answers a client again where it has had answers', async () => {
    const asked = Array.from({ length: 128 }, (_, at) => question(at + 1, 'console'))
    const client = raw(asked.join(''))
    await answers(client, 128)
    client.write(question(129, 'snapshot'))
    expect(await answers(client, 1)).toEqual(['129 done'])
    client.destroy()
  })
})

describe('findApplication', () => {
  it('tells what runs where nothing is called like that, or several are', async () => {
    expect(() => findApplication('ship', folder)).toThrow(
      `CONTROL_UNAVAILABLE: no running application can be reached: none is called 'ship'; these run: shop (pid ${process.pid})`,
    )
    const second = await serveControl(runtime, folder)
    expect(() => findApplication(undefined, folder)).toThrow('several run, and one must be named')
    await second.close()
  })

  it('says what to do where nothing runs', async () => {
    await server.close()
    expect(() => findApplication(undefined, folder)).toThrow('none runs; start one with millrace run')
  })
})
