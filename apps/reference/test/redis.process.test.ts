import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { sourceFlags } from '@millrace/from-source'
import { type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import { type LentRedis, lent } from '../src/parity/lent-redis.js'
import { runVariant } from '../src/parity/run-variant.js'
import { type Variant, variants } from '../src/parity/variants.js'
import { type Scenario, scenarios } from '../src/scenarios.js'
import { expectedOutput } from './run-reference.js'
import { temporaryFolder } from './temporary-folder.js'
import { waitForBytes } from './wait-for-bytes.js'
import { writeGenerated } from './write-generated.js'

const rounds = Number(process.env.ROUNDS ?? 1)
const folder = temporaryFolder()
const [input, long, output] = [join(folder, 'in'), join(folder, 'long'), join(folder, 'out')]
/** A line of output has at least so many bytes. */
const shortestLine = 40
writeGenerated(input, { seed: 29, lines: 2000 * rounds })

const casesOf = (slow: boolean) =>
  variants
    .filter(({ profile, delayed = false }) => profile === 'redis' && delayed === slow)
    .flatMap((variant) => scenarios.map((scenario) => [scenario, variant.name, variant] as const))

const [twoForFeatures] = variants.filter(({ profile, workers }) => profile === 'redis' && workers === 2)
if (twoForFeatures === undefined) throw new Error('no variant runs over Redis with two workers for the features')

redisTests(describe)('the reference application over Redis', () => {
  let server: RedisServer
  let redis: LentRedis

  beforeAll(async () => {
    server = await startRedis({ appendonly: 'yes', appendfsync: 'always' })
    redis = lent(server.url)
  })
  afterAll(() => server.stop())

  async function equalsOracle(scenario: Scenario, _name: string, variant: Variant): Promise<void> {
    await runVariant(variant, scenario, { input, output, workerFlags: sourceFlags, redis })
    expect(readFileSync(output, 'utf8')).toBe(expectedOutput(input, scenario))
    expect(server.cli('KEYS', '*:in:*')).toBe('') // nothing is left of what carried the messages
  }

  it.each(casesOf(false))('PARITY-02 %s, %s, equals the oracle byte for byte', equalsOracle, 300_000)

  it.each(casesOf(true))('PARITY-03 %s, %s: the order of the sink is the order of the source', equalsOracle, 300_000)

  it.each(scenarios)(
    'REDIS-01 %s: Redis is killed and started again in the middle, twice, and nothing shows it',
    async (scenario) => {
      const lines = 8000 * rounds
      writeGenerated(long, { seed: 31, lines })
      const said: string[] = []
      const done = runVariant(twoForFeatures, scenario, {
        input: long,
        output,
        workerFlags: sourceFlags,
        redis,
        made: (runtime) => runtime.subscribe(({ name }) => void said.push(name)),
      })
      for (const part of [0.1, 0.5]) {
        await waitForBytes(`${output}.part`, part * shortestLine * lines)
        await server.kill()
        await server.restart()
      }
      await done
      expect(readFileSync(output, 'utf8')).toBe(expectedOutput(long, scenario))
      expect(said).toEqual(expect.arrayContaining(['backend.lost', 'backend.back']))
      expect(said).not.toContain('redelivery.sent')
    },
    300_000,
  )
})
