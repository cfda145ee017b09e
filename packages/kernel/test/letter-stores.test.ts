import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe } from '@jest/globals'
import { redisTests, startRedis } from '@millrace/redis-server'
import { testLetterStore } from './letter-store-suite.js'

testLetterStore('dead letters in a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-letters-'))
  return {
    config: { version: 1, scenario: { name: 'letters' }, dead_letters: { path: join(folder, 'dead.ndjson') } },
    remove: async () => rmSync(folder, { recursive: true }),
  }
})

redisTests(describe)('dead letters in Redis', () => {
  testLetterStore('as everywhere', async () => {
    const { url, stop } = await startRedis()
    return {
      config: fileURLToPath(new URL('fixtures/dead-letters/redis.yml', import.meta.url)),
      overlay: { runtime: { platform: { redis: { url } } } },
      remove: stop,
    }
  })
})
