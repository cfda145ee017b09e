import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Runtime } from '@millrace/kernel'
import { WebSocket } from 'ws'
import { decideAll, splitLines } from '../oracle/oracle.mjs'
import { startService } from './start-service.js'

const dataFile = (name: string) => new URL(`../data/${name}`, import.meta.url)

/** Commands are run as in a clone of the repository. */
const repository = fileURLToPath(new URL('../../..', import.meta.url))

/** The commands of the walk-through and what each answers. */
function walk(): readonly (readonly [command: string, answer: string])[] {
  const page = readFileSync(new URL('../../../docs/serve.md', import.meta.url), 'utf8')
  return [...page.matchAll(/```sh\n(.*?)```\n```json\n(.*?)```/gs)].map(([, command = '', answer = '']) => [
    command,
    answer.trim(),
  ])
}

const ndjson = { 'content-type': 'application/x-ndjson' }

/** Attempts of different customers, each filled up with spaces, behind a byte-order mark and with CR LF. */
function linesOfLengths(lengths: readonly number[]): Buffer<ArrayBuffer> {
  const lines = lengths.map((length, index) => {
    const number = `88${index}`
    const attempt = { id: number, customer_id: number, load_amount: '$1', time: '2000-01-05T00:00:00Z' }
    return `${JSON.stringify(attempt).padEnd(length)}\r\n`
  })
  return Buffer.from(`\ufeff${lines.join('')}`)
}

describe.each(['memory', 'tcp_local'])('reference serve --profile %s', (profile) => {
  let runtime: Runtime
  let url: string

  beforeAll(async () => {
    ;({ runtime, url } = await startService(profile))
  })

  afterAll(async () => {
    await runtime.stop()
  })

  it('WEB-01 WEB-02 WEB-H2-01 WEB-GQL-01 answers every command of the walk-through as the documentation says', async () => {
    const commands = walk()
    expect(commands.length).toBeGreaterThan(10)
    const overHttp2 = await startService(profile, 'baseline', '--http2', 'h2c')
    const hosts = { 'localhost:8080': new URL(url).host, 'localhost:8082': new URL(overHttp2.url).host }
    const answers: string[] = []
    for (const [command] of commands) {
      const line = command.replaceAll(/localhost:808[02]/g, (host) => hosts[host as keyof typeof hosts]) // no other matches
      const { stdout } = await promisify(execFile)('bash', ['-c', line], { cwd: repository })
      answers.push(stdout.trim())
    }
    await overHttp2.runtime.stop()
    expect(answers).toEqual(commands.map(([, answer]) => answer))
  })

  it('WEB-02 decides over a WebSocket', async () => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/loads/ws`)
    await once(socket, 'open')
    const attempt = { id: '777', customer_id: '77', load_amount: '$1', time: '2000-02-01T00:00:00Z' }
    socket.send(JSON.stringify({ id: 'a', request: attempt }))
    const [data] = (await once(socket, 'message')) as [Buffer]
    socket.close()
    expect(JSON.parse(String(data))).toEqual({
      id: 'a',
      reply: { id: '777', customer_id: '77', accepted: true, reason: 'ACCEPTED' },
    })
  })

  it.each(['/', '/page.js', '/page.css', '/docs', '/openapi.json'])('WEB-07 serves %s', async (path) => {
    const response = await fetch(`${url}${path}`)
    expect(response.status).toBe(200)
    expect((await response.text()).length).toBeGreaterThan(100)
  })

  it.each(['baseline', 'experiment'] as const)(
    'WEB-STREAM-01 the sample through POST /loads/stream gives the batch output of the %s, byte for byte',
    async (scenario) => {
      const service = await startService(profile, scenario)
      const response = await fetch(`${service.url}/loads/stream`, {
        method: 'POST',
        headers: ndjson,
        body: readFileSync(dataFile('sample.ndjson')),
      })
      const text = await response.text()
      await service.runtime.stop()
      expect(text === readFileSync(dataFile(`sample.${scenario}.expected.ndjson`), 'utf8')).toBe(true)
    },
  )

  it.each([
    '',
    'yesterday',
    '2000-02-30T00:00:00Z',
    '2000-01-01 00:00:00Z',
    '1998-12-31T23:59:60Z',
    '2000-01-01T00:00:00+01',
  ])('WEB-05 400 for windows at %p, which is no instant', async (time) => {
    const response = await fetch(`${url}/customers/1/windows?${new URLSearchParams({ time })}`)
    const { code, errors } = (await response.json()) as { code: string; errors?: readonly { path: string }[] }
    expect({ status: response.status, code, path: errors?.[0]?.path }).toEqual({
      status: 400,
      code: 'PAYLOAD_INVALID',
      path: 'time',
    })
  })

  it.each([
    ['2000-01-01t00:00:00.5z', '2000-01-01'],
    ['9999-12-31T23:59:59-23:59', '+010000-01-01'],
  ])('WEB-01 tells of the windows at %s', async (time, day) => {
    const response = await fetch(`${url}/customers/1/windows?${new URLSearchParams({ time })}`)
    expect(await response.json()).toMatchObject({ day })
  })

  it('WEB-STREAM-01 answers each line through POST /loads/stream as a batch does, however long it is', async () => {
    const body = linesOfLengths([100, 1_048_574, 1_048_577, 200, 9_000_000, 1_048_574])
    const response = await fetch(`${url}/loads/stream`, { method: 'POST', headers: ndjson, body })
    const answers = [...decideAll(splitLines([body]), 'baseline')]
    expect(answers.map(({ reason }) => reason)).toEqual([
      'ACCEPTED',
      'ACCEPTED',
      'LINE_TOO_LONG',
      'ACCEPTED',
      'LINE_TOO_LONG',
      'ACCEPTED',
    ])
    expect(await response.text()).toBe(answers.map(({ text }) => `${text}\n`).join(''))
  })
})
