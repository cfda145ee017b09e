/**
 * Replaces the process of one slot when it has more resident memory than it may.
 *
 *   idle → waiting → replacing → idle
 *
 * 1. Processes measure themselves and say so again and again: what cannot be done now is judged anew at the next measure, and
 *    nobody has to remember it.
 * 2. Each replacement counts against a budget that is the slot's own and apart from that of restarts: for its memory a worker
 *    never ends the run.
 * 3. A process that is not replaced is told of once, whatever it says afterwards.
 */
import { type EventName, type Facts, MillraceError, type WorkerSettings } from '@millrace/contracts'
import { createRestartBudget } from './restart-budget.js'

/** What the processes of one slot say of their memory. */
export interface MemoryWatch {
  /** The process that has the slot has measured itself. */
  measured(incarnation: number, rssBytes: number): void
  /** Nothing is replaced any more. */
  end(): void
}

/** What a watch works with. */
export interface MemoryWatchParts {
  /** Monotonic time in milliseconds. */
  readonly clock: () => number
  /** From 0 to less than 1. */
  readonly random: () => number
  /** Whether this process has the slot and works, and nothing else is about to take its place. */
  isReplaceable(incarnation: number): boolean
  /** Whether this process has the slot still, and nothing stops. */
  isHolder(incarnation: number): boolean
  /** @throws MillraceError why it was not replaced */
  replace(): Promise<void>
  emit(name: EventName, facts: Facts): void
}

type State =
  | { readonly phase: 'idle' | 'replacing' | 'ended' }
  | { readonly phase: 'waiting'; readonly timer: NodeJS.Timeout }

const bytesPerMb = 2 ** 20

/** Makes the watch of a slot; without `maxMemoryMb` it does nothing. */
export function createMemoryWatch(settings: WorkerSettings, parts: MemoryWatchParts): MemoryWatch {
  const { maxMemoryMb: limitMb = Number.POSITIVE_INFINITY, restart, whyNotReplaced } = settings
  const budget = createRestartBudget({ ...restart, policy: 'always' }, parts.random)
  let state: State = { phase: 'idle' }
  /** The process that is not replaced, and was told of. */
  let kept = 0

  function keep(incarnation: number, facts: Facts, reason: string): void {
    if (kept === incarnation) return
    kept = incarnation
    parts.emit('worker.over_memory', { ...facts, action: 'none', reason })
  }

  async function replace(incarnation: number, facts: Facts): Promise<void> {
    state = { phase: 'idle' }
    if (!parts.isReplaceable(incarnation)) return
    state = { phase: 'replacing' }
    try {
      await parts.replace()
    } catch (error) {
      // Where another process has the slot by now, that one is judged by what it says itself.
      if (parts.isHolder(incarnation))
        keep(incarnation, facts, MillraceError.from(error, 'BOOT_START_FAILED', 'it could not be replaced').message)
    }
    if (state.phase === 'replacing') state = { phase: 'idle' }
  }

  return {
    measured(incarnation, rssBytes) {
      if (rssBytes <= limitMb * bytesPerMb || state.phase !== 'idle' || !parts.isReplaceable(incarnation)) return
      const facts = { incarnation, rssMb: Math.ceil(rssBytes / bytesPerMb), limitMb }
      if (whyNotReplaced !== undefined) return keep(incarnation, facts, whyNotReplaced)
      const verdict = budget.judge('failed', parts.clock())
      if (verdict.kind !== 'restart') return keep(incarnation, facts, usedUp(settings))
      const { delayMs } = verdict
      parts.emit('worker.over_memory', { ...facts, action: 'replace', delayMs })
      state = { phase: 'waiting', timer: setTimeout(() => void replace(incarnation, facts), delayMs) }
    },
    end() {
      if (state.phase === 'waiting') clearTimeout(state.timer)
      state = { phase: 'ended' }
    },
  }
}

function usedUp({ restart: { maxRestarts, periodMs } }: WorkerSettings): string {
  return `it was replaced ${maxRestarts} times within ${periodMs} ms, and has too much again; raise max_memory_mb, or find what keeps the memory`
}
