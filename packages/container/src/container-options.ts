import { createEventEmitter, type EventEmitter, type Token } from '@millrace/contracts'

/** How a container works. */
export interface ContainerOptions {
  /** Hears `service.close_failed`. @default an emitter nobody listens to */
  readonly events?: EventEmitter
  /** Tokens whose values are bound later, here or in a scope; findings count them as provided. @default [] */
  readonly boundLater?: readonly Token[]
  /** How long a factory may take, in milliseconds. @default 30_000 */
  readonly createTimeoutMs?: number
  /** How long a service may take to close, in milliseconds. @default 10_000 */
  readonly closeTimeoutMs?: number
}

/** The options with every default filled in. */
export type ContainerSettings = Required<ContainerOptions>

/**
 * Fills in the defaults and refuses what cannot work.
 *
 * @throws RangeError when a time is not a positive number of milliseconds that a timer can hold
 */
export function containerSettings(options: ContainerOptions = {}): ContainerSettings {
  return {
    events: options.events ?? createEventEmitter(),
    boundLater: options.boundLater ?? [],
    createTimeoutMs: milliseconds('createTimeoutMs', options.createTimeoutMs ?? 30_000),
    closeTimeoutMs: milliseconds('closeTimeoutMs', options.closeTimeoutMs ?? 10_000),
  }
}

const longestTimerMs = 2 ** 31 - 1

function milliseconds(name: string, given: number): number {
  if (given > 0 && given <= longestTimerMs) return given
  throw new RangeError(`${name} must be a number of milliseconds between 0 and ${longestTimerMs} (got ${given})`)
}
