import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import { fixture, processFolder, writeApplication } from './process-folder.js'
import { millrace } from './start-millrace.js'
import type { TemporaryFolder } from './temporary-folder.js'

let folder: TemporaryFolder
beforeEach(() => {
  folder = processFolder()
})
afterEach(() => folder.remove())

/** A shop that gives up every second order. @returns its configuration */
function shop(more: { readonly platform?: object; readonly deadLetters: string | object }): string {
  return writeApplication(folder, 'shop.json', {
    modules: ['edges.ts', 'processes/prices-when-mended.ts'].map(fixture),
    groups: [
      { name: 'edge', nodes: ['orders', 'lines'] },
      { name: 'pricing', nodes: ['price'] },
    ],
    adapters: { orders: {}, lines: {} },
    ...more,
  })
}

/** All that is kept under the keys of the shop. */
function dump(redis: RedisServer): readonly (readonly [string, string])[] {
  const keys = redis.cli('--scan', '--pattern', '{shop}:*').split('\n').sort()
  return keys.map((key) => [key, createHash('sha256').update(redis.cli('DUMP', key)).digest('hex')])
}

async function identical(config: string, variants: string): Promise<void> {
  const { code, stdout, stderr } = await millrace(['parity', config, '--variants', variants])
  expect([code, stdout.slice(-11)]).toEqual([0, '\nidentical\n'])
  expect(stderr).toContain('message.dead_lettered')
}

describe('millrace parity beside the application', () => {
  it('leaves its dead letters alone, in worker processes too', async () => {
    await identical(shop({ deadLetters: 'letters.ndjson' }), 'memory,tcp_local')
    expect(existsSync(join(folder.path, 'letters.ndjson'))).toBe(false)
  })

  it('does not need the address that its web server listens on', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const server = { port: typeof address === 'object' ? address?.port : undefined }
    const asked = { kind: 'http', method: 'POST', path: '/quotes', request: 'shop.order', response: 'shop.quoted' }
    const config = folder.write(
      'web.json',
      JSON.stringify({
        version: 1,
        scenario: { name: 'web' },
        runtime: {
          discovery_modules: ['edges.ts', 'price.ts', 'quote.ts'].map(fixture),
          web: { server, interfaces: [asked] },
        },
        adapters: { orders: {}, lines: {} },
      }),
    )
    try {
      const { code, stderr } = await millrace(['parity', config, '--variants', 'memory,frozen'])
      expect([code, stderr]).toEqual([0, ''])
    } finally {
      taken.close()
    }
  })
})

redisTests(describe)('millrace parity of an application whose state is in Redis', () => {
  it('leaves what a run has kept there, and its dead letters', async () => {
    const redis = await startRedis()
    try {
      const platform = { kv: { backend: 'redis' }, redis: { url: redis.url, key_prefix: 'shop' } }
      const config = shop({ platform, deadLetters: { backend: 'redis' } })
      expect(await millrace(['run', config])).toMatchObject({ code: 0 })
      const kept = dump(redis)
      expect(kept.map(([key]) => key)).toContain('{shop}:dead-letters')
      await identical(config, 'memory,tcp_local')
      expect(dump(redis)).toEqual(kept)
    } finally {
      await redis.stop()
    }
  })
})
