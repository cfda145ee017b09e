import type { Io, StopSignal } from '../io.js'

const names = ['SIGINT', 'SIGTERM'] as const

/** What is done when somebody asks a run to end. */
export interface StopSignalHandlers {
  readonly first: (signal: StopSignal) => void
  /** Every signal after the first. */
  readonly again: () => void
}

/** Hears SIGINT and SIGTERM from now on. @returns a function that gives them back to the system */
export function onStopSignals(io: Pick<Io, 'on' | 'off'>, { first, again }: StopSignalHandlers): () => void {
  let heard = false
  const listeners = names.map((name) => {
    const listener = (): void => {
      if (heard) return again()
      heard = true
      first(name)
    }
    io.on(name, listener)
    return { name, listener }
  })
  return () => {
    for (const { name, listener } of listeners) io.off(name, listener)
  }
}
