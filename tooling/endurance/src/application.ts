import { fileURLToPath } from 'node:url'
import type { MillraceEvent } from '@millrace/contracts'
import { sourceFlags } from '@millrace/from-source'
import { createRuntime, type Runtime } from '@millrace/kernel'
import { statOf } from './process-stat.js'

const config = fileURLToPath(new URL('programs/app.yml', import.meta.url))

/** Soon back, and as often as it takes. */
const restart = { backoff_ms: 20, backoff_max_ms: 50, max_restarts: 10_000, period_seconds: 60 }

/** The application that is killed, while it runs. */
export interface Application {
  readonly runtime: Runtime
  /** Every process that any worker ever was, and when it was started. */
  readonly processes: ReadonlyMap<number, number>
  /** The worker of a slot runs, and is a later process than the one given. @throws Error when that takes too long */
  replaced(slot: string, incarnation: number): Promise<void>
}

/**
 * Starts it.
 *
 * @param redeliver how often what a dead worker held is sent again
 * @param observability what of `runtime.observability` is on
 */
export async function startApplication(redeliver: number, observability: object = {}): Promise<Application> {
  const groups = [
    { name: 'front', nodes: ['ask', 'count'], redeliver, restart },
    { name: 'back', nodes: ['answer', 'step'], workers: 2, redeliver, restart },
  ]
  const runtime = await createRuntime({
    config,
    overlay: { runtime: { platform: { process_groups: groups }, observability } },
    workerFlags: sourceFlags,
  })
  const processes = new Map<number, number>()
  runtime.subscribe(({ name, facts }) => {
    if (name !== 'worker.starting' || typeof facts.pid !== 'number') return
    processes.set(facts.pid, statOf(facts.pid)?.startedAt ?? 0)
  })
  await runtime.start()
  return {
    runtime,
    processes,
    replaced: (slot, incarnation) => replaced(runtime, slot, incarnation),
  }
}

/** The pid of each slot now, and of this process. */
export function placesOf(runtime: Runtime): ReadonlyMap<string, number> {
  const workers = runtime.workers().flatMap(({ slot, pid }) => (pid === undefined ? [] : [[slot, pid] as const]))
  return new Map([['@app#1', process.pid], ...workers])
}

/** Those of some processes that still live. @param processes when each was started: a pid may be another's by now */
export function aliveOf(processes: ReadonlyMap<number, number>): readonly number[] {
  return [...processes].flatMap(([pid, startedAt]) => (statOf(pid)?.startedAt === startedAt ? [pid] : []))
}

/** How long a replacement may take on a machine that does much else, in milliseconds. */
const replacementMs = 120_000

function replaced(runtime: Runtime, slot: string, incarnation: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = runtime.subscribe((event) => {
      if (event.name === 'runtime.failed') finish(() => reject(new Error(`the runtime failed: ${event.facts.code}`)))
      else if (isRunning(event, slot, incarnation)) finish(resolve)
    })
    const timer = setTimeout(() => finish(() => reject(new Error(`${slot} was not replaced in time`))), replacementMs)
    function finish(settle: () => void): void {
      end()
      clearTimeout(timer)
      settle()
    }
  })
}

function isRunning({ name, facts }: MillraceEvent, slot: string, incarnation: number): boolean {
  return name === 'worker.running' && facts.worker === slot && Number(facts.incarnation) > incarnation
}
