const names = ['SIGINT', 'SIGTERM'] as const

/** A signal that ends a run. */
export type StopSignal = (typeof names)[number]

/** What listens for signals while a run lasts. */
export interface StopSignals {
  /** The first signal that came. */
  readonly received: StopSignal | undefined
  /** Gives the signals back to the system. */
  close(): void
}

/**
 * Calls `stop` at the first SIGINT or SIGTERM and `force` at every later one.
 *
 * @param target the process
 */
export function onStopSignals(
  target: Pick<NodeJS.EventEmitter, 'on' | 'off'>,
  { stop, force }: { readonly stop: () => void; readonly force: () => void },
): StopSignals {
  let received: StopSignal | undefined
  const listeners = names.map((name) => {
    const listener = () => {
      if (received !== undefined) return force()
      received = name
      stop()
    }
    target.on(name, listener)
    return { name, listener }
  })
  return {
    get received() {
      return received
    },
    close: () => {
      for (const { name, listener } of listeners) target.off(name, listener)
    },
  }
}
