import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from '@jest/globals'
import type { Endpoint } from '@millrace/contracts'
import { sourceFlags } from '@millrace/from-source'
import { envelope, hear, recorded, ticketsOf } from '@millrace/link-tests'
import { type RedisOptions, type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import { openRedis, type RedisClient } from '../src/index.js'
import { keyOf } from './attacked.js'
import { openTransport } from './open-transport.js'
import { runProgram } from './run-program.js'

const servers: RedisServer[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop()
})

async function start(options?: RedisOptions): Promise<RedisServer> {
  const server = await startRedis(options)
  servers.push(server)
  return server
}

interface Report {
  readonly rssBytes: number
  readonly links: number
  readonly refusals: Readonly<Record<string, number>>
}

const floodBytes = 128 * 2 ** 20
const allowedGrowthBytes = 64 * 2 ** 20

/** Writes so many entries as fast as Redis takes them. */
async function flood(client: RedisClient, inbox: string, entries: number, fields: () => readonly (string | Buffer)[]) {
  for (let written = 0; written < entries; written += 200)
    await Promise.all(Array.from({ length: 200 }, () => client.sendCommand(['XADD', inbox, '*', ...fields()])))
}

redisTests(describe)('links between processes', () => {
  it('speak TLS and log in', async () => {
    const password = randomBytes(16).toString('hex')
    const server = await start({ tls: true, requirepass: password })
    const program = fileURLToPath(new URL('fixtures/talks.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...sourceFlags, program, server.url, password, '500'],
      { env: { ...process.env, NODE_EXTRA_CA_CERTS: server.certificate }, timeout: 60_000 },
    )
    const tickets = Array.from({ length: 500 }, (_, ticket) => ticket)
    expect(JSON.parse(stdout)).toEqual([tickets, tickets])
  })

  it('SEC-IPC-10 a worker whose inbox is flooded keeps its memory, empties its inbox and serves its peer meanwhile', async () => {
    const server = await start()
    const worker = runProgram('echoes', server.url)
    const near = openTransport(server.url)
    const endpoint = (await worker.says('where it listens')) as Endpoint
    const link = await near.dial('near#1', endpoint, AbortSignal.timeout(20_000))
    let attacked = true
    let sent = 0
    // The next envelope leaves when the last has come back, so the link is in use as long as the attack lasts.
    const heard = hear(link, () => {
      if (attacked) link.send(envelope(++sent))
    })
    link.send(envelope(++sent))
    await heard.count(500)
    worker.tell('report')
    const before = (await worker.says('its memory')) as Report
    const client = await openRedis({ url: server.url, keyPrefix: 'tests' }, { events: recorded().emitter })
    const [inbox, chunk] = [keyOf(endpoint), randomBytes(16_384)]
    const id = (): string => randomBytes(16).toString('base64url')
    await flood(client, inbox, floodBytes / chunk.length, () => ['h', `>${id()} 2 0 data`, 'd', chunk])
    await flood(client, inbox, 1000, () => ['h', `>${id()} 1 0 open nowhere far%231`])
    await flood(client, inbox, 1000, () => ['h', `>${id()} 1 0 open nowhere far%231`, 'd', chunk])
    const answered = heard.records.length
    await heard.count(answered + 500)
    attacked = false
    worker.tell('report')
    const after = (await worker.says('its memory')) as Report
    expect(after.rssBytes - before.rssBytes).toBeLessThan(allowedGrowthBytes)
    expect(after.links).toBe(1)
    expect(Number(await client.xLen(inbox))).toBeLessThan(1000)
    client.destroy()
    await near.close()
    expect(await heard.ended()).toBe('closed')
    expect(ticketsOf(heard.records)).toEqual(Array.from({ length: heard.records.length }, (_, index) => index + 1))
    worker.tell('close')
    expect(await worker.exited()).toBe(0)
  })
})
