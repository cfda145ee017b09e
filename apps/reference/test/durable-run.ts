import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { startReferenceWith } from './run-reference.js'
import { waitForBytes } from './wait-for-bytes.js'

/** The worker processes of a run, in the order of their start. */
export const durableWorkers = ['ingress', 'features#1', 'features#2', 'policy', 'egress'] as const

/** One of {@link durableWorkers}. */
export type DurableWorker = (typeof durableWorkers)[number]

/** The profiles whose state is in Redis: messages go over Redis too, or over TCP. */
export type DurableProfile = 'redis' | 'tcp_local_durable'

/** On what a run works. */
export interface DurableRun {
  readonly profile: DurableProfile
  readonly scenario: 'baseline' | 'experiment'
  /** Of the Redis server. */
  readonly url: string
  readonly input: string
  readonly output: string
}

/** What signs messages over Redis, in all runs of this process. */
const secret = randomBytes(32).toString('hex')

/** Starts a run whose state is in Redis. */
export function startDurable({ profile, scenario, url, input, output }: DurableRun, ...args: readonly string[]) {
  const files = ['--input', input, '--output', output] as const
  const running = startReferenceWith(
    { MILLRACE_REFERENCE_REDIS: url, MILLRACE_REFERENCE_SECRET: secret },
    ...['run', '--scenario', scenario, '--profile', profile, '--quiet', ...files, ...args],
  )
  running.child.stdin.end()
  return running
}

/** Waits until a run has written so many bytes. @returns the pids of its workers in the order of their start */
export async function whenWritten(
  { child }: ReturnType<typeof startDurable>,
  output: string,
  bytes: number,
): Promise<readonly number[]> {
  await waitForBytes(`${output}.part`, bytes)
  return childrenOf(child.pid)
}

/** Kills a worker of a run when it has written so many bytes. */
export function killWorker(
  running: ReturnType<typeof startDurable>,
  worker: DurableWorker,
  output: string,
  bytes: number,
): Promise<void> {
  return killWorkers(running, [worker], output, bytes)
}

/** Kills workers of a run, one each time that it has written so many bytes more. */
export async function killWorkers(
  running: ReturnType<typeof startDurable>,
  victims: readonly DurableWorker[],
  output: string,
  bytes: number,
): Promise<void> {
  const pids = await whenWritten(running, output, bytes)
  for (const [index, worker] of victims.entries()) {
    const pid = pids[durableWorkers.indexOf(worker)]
    if (pid === undefined) throw new Error(`the run has no worker ${worker} to kill`)
    await whenWritten(running, output, (index + 1) * bytes)
    process.kill(pid, 'SIGKILL')
  }
}

function childrenOf(pid: number | undefined): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
}
