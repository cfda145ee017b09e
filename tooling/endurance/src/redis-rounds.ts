import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type RedisServer, startRedis } from '@millrace/redis-server'
import {
  type DurableRun,
  type DurableWorker,
  killWorker,
  startDurable,
  whenWritten,
} from '@millrace/reference/test/durable-run.ts'
import { keptWindows } from '@millrace/reference/test/kept-windows.ts'
import { type Ended, expectedOf } from '@millrace/reference/test/run-reference.ts'
import { writeGenerated } from '@millrace/reference/test/write-generated.ts'

/** How runs are disturbed. */
export interface RedisRoundsSettings {
  readonly rounds: number
  readonly lines: number
  /** Only faults whose name has this in it; empty for all. */
  readonly fault: string
  /** From 0 to less than 1. */
  readonly random: () => number
  readonly progress: (line: string) => void
}

/** What became of the runs of one fault. */
export interface FaultReport {
  readonly rounds: number
  /** Runs that had to be resumed, as often as it was done. */
  readonly resumed: number
  readonly identical: number
  /** The slowest round. */
  readonly mostSeconds: number
}

/** What became of them. */
export interface RedisRoundsReport {
  readonly rounds: number
  readonly faults: Readonly<Record<string, FaultReport>>
  /** What must not have been. */
  readonly mistakes: readonly string[]
}

/** What is done to a run when it has written so many bytes, and how it must end then. */
interface Fault {
  readonly name: string
  readonly strike: (running: ReturnType<typeof startDurable>, run: DurableRun, bytes: number) => Promise<void>
  /** The exit code; null for a command that was killed. Where it is not 0 the run is resumed. */
  readonly code: number | null
}

/** The share of the output that is there at the latest fault. */
const latest = 0.7

/**
 * Runs the reference application with its state in Redis, again and again, each time with another fault at a random size of the
 * output, one after the other: a worker dies, or the one that reads, or the command, or Redis. Where that ends the run it is
 * resumed, and in every second of these rounds the resumed run meets the same fault once more. In the end the output, and the sums
 * that are left in Redis, must be those of the oracle.
 */
export async function runRedisRounds(settings: RedisRoundsSettings): Promise<RedisRoundsReport> {
  const { rounds, lines, random, progress } = settings
  const folder = mkdtempSync(join(tmpdir(), 'millrace-endurance-'))
  const [input, output] = [join(folder, 'in.ndjson'), join(folder, 'out.ndjson')]
  const server = await startRedis({ appendonly: 'yes', appendfsync: 'always' })
  const mistakes: string[] = []
  const all = faultsOf(server)
  const faults = all.filter(({ name }) => name.includes(settings.fault))
  const tally = new Map(faults.map(({ name }) => [name, { rounds: 0, resumed: 0, identical: 0, mostSeconds: 0 }]))
  try {
    if (faults.length === 0)
      throw new RangeError(`there is no fault '${settings.fault}', only ${all.map(({ name }) => name).join(', ')}`)
    writeGenerated(input, { seed: 1, lines })
    const expected = expectedOf(input, 'experiment')
    for (let round = 0; round < rounds; round++) {
      const fault = faults[round % faults.length]
      const sums = fault && tally.get(fault.name)
      if (fault === undefined || sums === undefined) break // there is one
      const cycle = Math.floor(round / faults.length)
      const twice = cycle % 2 === 1
      const profile = (round + Math.floor(cycle / 2)) % 2 === 0 ? 'redis' : 'tcp_local_durable'
      const run: DurableRun = { profile, scenario: 'experiment', url: server.url, input, output }
      const beginMs = performance.now()
      const sizes = [0, ...(twice ? [1] : [])].map(() => 1 + Math.floor(random() * latest * expected.output.length))
      const { resumed, wrong } = await disturbed(
        run,
        fault,
        sizes.sort((one, other) => one - other),
      )
      wrong.push(...(await differences(run, expected)))
      const seconds = Math.round((performance.now() - beginMs) / 100) / 10
      sums.rounds++
      sums.resumed += resumed
      if (wrong.length === 0) sums.identical++
      sums.mostSeconds = Math.max(sums.mostSeconds, seconds)
      mistakes.push(...wrong.map((what) => `round ${round + 1}, ${fault.name}: ${what}`))
      progress(
        `redis ${round + 1}: ${profile}, ${fault.name} at ${sizes.join(' and ')} of ${expected.output.length} bytes of output, resumed ${resumed} times, ${wrong.length === 0 ? 'output and sums identical' : `WRONG: ${wrong.join('; ')}`}, ${seconds} s`,
      )
      for (const file of [output, `${output}.part`]) rmSync(file, { force: true })
    }
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  progress(tableOf(tally))
  return { rounds, faults: Object.fromEntries(tally), mistakes }
}

function faultsOf(server: RedisServer): readonly Fault[] {
  const killed = (worker: DurableWorker, code: number): Fault => ({
    name: `${worker} killed`,
    strike: (running, { output }, bytes) => killWorker(running, worker, output, bytes),
    code,
  })
  return [
    killed('policy', 0),
    killed('egress', 0),
    killed('ingress', 4),
    {
      name: 'command killed',
      strike: async (running, { output }, bytes) => {
        await whenWritten(running, output, bytes)
        running.child.kill('SIGKILL')
      },
      code: null,
    },
    {
      name: 'Redis killed',
      strike: async (running, { output }, bytes) => {
        await whenWritten(running, output, bytes)
        await server.kill()
        await server.restart()
      },
      code: 0,
    },
    killed('features#1', 0),
    killed('features#2', 0),
  ]
}

/** Runs to the end, with a fault at each size. */
async function disturbed(run: DurableRun, { strike, code }: Fault, sizes: readonly number[]) {
  const wrong: string[] = []
  let resumed = 0
  let ended: Ended | undefined
  for (const size of sizes) {
    if (ended?.code === 0) break
    const least = sizeOf(`${run.output}.part`) + 1 // the part of the interrupted run must have grown
    const running = startDurable(run, ...(ended === undefined ? [] : ['--resume']))
    if (ended !== undefined) resumed++
    const missed = await strike(running, run, Math.max(size, least)).then(() => undefined, String)
    if (missed !== undefined) running.child.kill('SIGTERM')
    ended = await running.ended
    if (missed !== undefined) wrong.push(`${missed}, and ${exit(ended)}`)
    else if (ended.code !== code) wrong.push(exit(ended))
  }
  if (ended?.code !== 0) {
    resumed++
    ended = await startDurable(run, '--resume').ended
    if (ended.code !== 0) wrong.push(exit(ended))
  }
  return { resumed, wrong }
}

async function differences(
  { scenario, url, output }: DurableRun,
  expected: ReturnType<typeof expectedOf>,
): Promise<readonly string[]> {
  const written = existsSync(output) ? readFileSync(output, 'utf8') : undefined
  const windows = await keptWindows(url, scenario)
  return [
    ...(written === expected.output ? [] : [written === undefined ? 'there is no output' : 'the output differs']),
    ...(isDeepStrictEqual(windows, expected.windows) ? [] : ['the sums in Redis differ']),
  ]
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

function exit({ code, signal, stderr }: Ended): string {
  return `it ended with ${code ?? signal}, and said: ${stderr.trim()}`
}

function tableOf(tally: ReadonlyMap<string, FaultReport>): string {
  const row = (cells: readonly (string | number)[]): string =>
    cells.map((cell, index) => (index === 0 ? String(cell).padEnd(20) : String(cell).padStart(14))).join('')
  return [
    row(['fault', 'rounds', 'resumed', 'identical', 'slowest (s)']),
    ...[...tally].map(([name, { rounds, resumed, identical, mostSeconds }]) =>
      row([name, rounds, resumed, identical, mostSeconds]),
    ),
  ].join('\n')
}
