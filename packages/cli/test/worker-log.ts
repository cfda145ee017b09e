import { readFileSync } from 'node:fs'
import type { Ended, Started } from './start-millrace.js'

/** An event as `--log-json` writes it. */
export interface LoggedEvent {
  readonly level: string
  readonly name: string
  readonly facts: Readonly<Record<string, unknown>>
}

/** The events among what a command has said with `--log-json`. */
export function eventsOf(stderr: string): readonly LoggedEvent[] {
  const lines = stderr.split('\n').filter((line) => line.startsWith('{"at":'))
  return lines.map((line) => JSON.parse(line) as LoggedEvent) // written by event-line.ts
}

/** The processes that were spawned as workers, in their order. */
export function pidsOf(stderr: string): readonly number[] {
  return eventsOf(stderr).flatMap(({ name, facts }) => (name === 'worker.starting' ? [Number(facts.pid)] : []))
}

/** Those processes that still run; one that has ended and was not collected by its parent runs no more. */
export function alive(pids: readonly number[]): readonly number[] {
  return pids.filter((pid) => !['', 'Z', 'X'].includes(stateOf(pid)))
}

function stateOf(pid: number): string {
  try {
    return /^State:\s+(\S)/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? ''
  } catch {
    return ''
  }
}

const leaveMs = 20_000

/** A process that was killed lets go of its pipes a moment before the kernel counts it as ended. */
async function gone(pids: readonly number[]): Promise<void> {
  const deadline = performance.now() + teardownMs
  while (alive(pids).length > 0 && performance.now() < deadline) await new Promise((done) => setImmediate(done))
}

/** Long for a kernel on a busy machine, and short for a process that nobody has killed. */
const teardownMs = 1000

/**
 * Resolves when the command has ended and nobody holds its output any more: workers inherit it, so none is left then.
 *
 * @throws Error naming the workers that stayed
 */
export async function endedAlone({ child, ended, stderr }: Started): Promise<Ended> {
  let timer: NodeJS.Timeout | undefined
  const orphaned = new Promise<never>((_, reject) => {
    child.once('exit', () => {
      timer = setTimeout(() => reject(new Error(`workers outlive the command: ${alive(pidsOf(stderr()))}`)), leaveMs)
    })
  })
  try {
    const result = await Promise.race([ended, orphaned])
    await gone(pidsOf(stderr()))
    return result
  } finally {
    clearTimeout(timer)
  }
}
