/** Hears that a signal has aborted, once for each ticket that follows it. */
export type AbortHook = (ticket: number, reason: unknown) => void

interface Group {
  readonly tickets: Set<number>
  readonly listener: () => void
}

/**
 * Tickets by the signal they follow. One listener a signal: with one each, Node warns from the eleventh on, and removing one
 * of many takes as long as there are listeners.
 */
export class SignalGroups {
  readonly #groups = new Map<AbortSignal, Group>()
  readonly #onAbort: AbortHook

  constructor(onAbort: AbortHook) {
    this.#onAbort = onAbort
  }

  /** Lets a ticket follow a signal that has not aborted. */
  join(signal: AbortSignal, ticket: number): void {
    const group = this.#groups.get(signal) ?? this.#listen(signal)
    group.tickets.add(ticket)
  }

  /** Ends that; the last to leave takes the listener away. */
  leave(signal: AbortSignal, ticket: number): void {
    const group = this.#groups.get(signal)
    if (group === undefined) return
    group.tickets.delete(ticket)
    if (group.tickets.size > 0) return
    signal.removeEventListener('abort', group.listener)
    this.#groups.delete(signal)
  }

  #listen(signal: AbortSignal): Group {
    const group: Group = {
      tickets: new Set(),
      listener: () => {
        for (const ticket of group.tickets) this.#onAbort(ticket, signal.reason)
      },
    }
    signal.addEventListener('abort', group.listener)
    this.#groups.set(signal, group)
    return group
  }
}
