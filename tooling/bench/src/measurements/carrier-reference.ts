import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RedisOptions, startRedis } from '@millrace/redis-server'
import { configFiles } from '@millrace/reference/src/config-files.ts'
import type { ReferenceProfile } from '@millrace/reference/src/scenarios.ts'
import type { BenchPart, Figure, Section } from '../harness/bench.js'
import { measureInChild } from '../harness/child.js'
import { compileApplication } from '../harness/compile.js'
import { redisCpuMs } from '../harness/redis-cpu.js'
import { rotated } from '../harness/rotated.js'
import { type SideMeasurement, sideRatio, sideRow } from '../harness/side-figures.js'
import type { ProfileMeasurement, ProfileTask } from '../programs/profile-task.js'
import { inputFile } from './input-file.js'
import { benchFolder } from './web-sides.js'

/** A profile of the reference application, and the Redis that it runs on. */
interface Way {
  readonly name: string
  readonly profile: ReferenceProfile
  readonly redis?: RedisOptions
  /** Whether state is kept in Redis although the profile does not say so. @default false */
  readonly keepsState?: boolean
}

const everySecond: RedisOptions = { appendonly: 'yes', appendfsync: 'everysec' }
const always: RedisOptions = { appendonly: 'yes', appendfsync: 'always' }

const ways = {
  memory: { name: 'memory', profile: 'memory' },
  tcp: { name: 'tcp_local', profile: 'tcp_local' },
  zeromq: { name: 'zeromq_local', profile: 'zeromq_local' },
  redis: { name: 'redis, which keeps state too', profile: 'redis', redis: everySecond },
  memoryKept: { name: 'memory, state in Redis', profile: 'memory', redis: everySecond, keepsState: true },
  tcpKept: { name: 'tcp_local_durable', profile: 'tcp_local_durable', redis: everySecond },
  tcpKeptAlways: { name: 'tcp_local_durable, fsync always', profile: 'tcp_local_durable', redis: always },
} as const satisfies Readonly<Record<string, Way>>

type WayName = keyof typeof ways
type WayRound = Readonly<Record<WayName, SideMeasurement>>

const wayNames = Object.keys(ways) as WayName[] // its keys
const names = Object.fromEntries(wayNames.map((way) => [way, ways[way].name])) as Record<WayName, string> // one for each

/** The reference job in each of its profiles; every output must be the same. */
export const carrierReference: BenchPart = {
  name: 'reference',
  about: 'the reference job in memory, over each carrier, and with its state in Redis',
  async measure({ lines, rounds, progress }) {
    const programs = ['reference-profile', 'reference-baseline']
    const program = join(await compileApplication({ name: 'profiles', programs }), 'reference-profile.js')
    const input = await inputFile(lines)
    const outputs = new Set<string>()
    const results: WayRound[] = []
    for (let round = 1; round <= rounds; round++) {
      const one: Partial<Record<WayName, SideMeasurement>> = {}
      for (const way of rotated(wayNames, round)) {
        const { output, ...measurement } = await runWay(program, ways[way], input)
        one[way] = measurement
        outputs.add(output)
        if (outputs.size > 1) throw new Error(`${names[way]} has written another output than the one before`)
        progress(`reference, round ${round}: ${names[way]}`)
      }
      results.push(one as WayRound) // every way has been measured
    }
    return [sectionOf(lines, results)]
  },
}

/** Runs the application once, on a Redis of its own where it needs one. */
async function runWay(
  program: string,
  { profile, redis: directives, keepsState = false }: Way,
  input: string,
): Promise<SideMeasurement & { readonly output: string }> {
  const output = join(tmpdir(), `millrace-bench-${process.pid}-profile.ndjson`)
  const redis = directives === undefined ? undefined : await startRedis(directives)
  try {
    const task: ProfileTask = {
      config: configFiles('baseline', profile),
      platform: keepsState ? { kv: { backend: 'redis' }, redis: { url_env: 'MILLRACE_REFERENCE_REDIS' } } : {},
      redis: redis?.url ?? '',
      input,
      output,
    }
    const options = { flags: ['--conditions=@millrace/source'], cwd: benchFolder }
    const { units, wallMs, cpuMs } = await measureInChild<ProfileMeasurement>(program, task, options)
    const redisMs = redis === undefined ? 0 : redisCpuMs(redis.cli('INFO', 'cpu'))
    const hash = createHash('sha256').update(readFileSync(output)).digest('hex')
    return { units, wallMs, cpuMs: cpuMs + redisMs, p50Ms: 0, p99Ms: 0, output: hash }
  } finally {
    await redis?.stop()
    rmSync(output, { force: true })
  }
}

function sectionOf(lines: number, rounds: readonly WayRound[]): Section {
  const compared = [
    ['tcp', 'memory'],
    ['zeromq', 'tcp'],
    ['redis', 'tcp'],
    ['memoryKept', 'memory'],
    ['tcpKept', 'tcp'],
    ['tcpKeptAlways', 'tcp'],
  ] as const
  const figures = compared.map(
    ([above, below]): Figure => ({
      what: `lines/s, ${names[above]} / ${names[below]}`,
      unit: 'ratio',
      spread: sideRatio(rounds, 'rate', above, below),
    }),
  )
  return {
    title: `The reference job, baseline, ${lines.toLocaleString('en-GB')} lines, by profile; state with fsync everysec`,
    figures,
    sides: wayNames.map((side) => sideRow(rounds, { names, side, floor: 'tcp' })),
    rounds,
  }
}
