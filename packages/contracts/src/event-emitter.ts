import { type EventLevel, type EventName, eventList } from './events.js'
import type { Facts } from './millrace-error.js'
import { createRedactor, type Redactor } from './redaction.js'

/** One thing that happened. */
export interface MillraceEvent {
  readonly name: EventName
  readonly level: EventLevel
  /** Wall time in milliseconds since the epoch. */
  readonly at: number
  readonly facts: Facts
}

/** Hears events. What it throws is swallowed: an observer must not get in the way of business. */
export type EventListener = (event: MillraceEvent) => void

/** Where events go in and come out. */
export interface EventEmitter {
  /** Emits an event; its facts are redacted on the way. Costs next to nothing while nobody listens. */
  emit(name: EventName, facts?: Facts, level?: EventLevel): void
  /**
   * Hears events from now on.
   *
   * @param least the level from which on it hears them @default debug
   * @returns a function that ends it
   */
  subscribe(listener: EventListener, least?: EventLevel): () => void
  /** The redactor that every event passes; make secrets known to it. */
  readonly redactor: Redactor
}

/** What an emitter is made of. */
export interface EventEmitterParts {
  /** Wall time in milliseconds since the epoch. @default Date.now */
  readonly clock?: () => number
  readonly redactor?: Redactor
}

const ranks: Readonly<Record<EventLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 }

/** Makes an emitter of its own; a runtime has one. */
export function createEventEmitter({
  clock = Date.now,
  redactor = createRedactor(),
}: EventEmitterParts = {}): EventEmitter {
  const listeners = new Map<EventListener, number>()
  let leastHeard = Number.POSITIVE_INFINITY
  const measure = (): void => {
    leastHeard = Math.min(...listeners.values())
  }
  return {
    redactor,
    emit(name, facts = {}, level = eventList[name].level) {
      const rank = ranks[level]
      if (rank < leastHeard) return
      const event: MillraceEvent = { name, level, at: clock(), facts: redactor.value(facts) as Facts } // a copy of the same shape
      for (const [listener, least] of listeners) if (rank >= least) tell(listener, event)
    },
    subscribe(listener, least = 'debug') {
      listeners.set(listener, ranks[least])
      measure()
      return () => {
        listeners.delete(listener)
        measure()
      }
    },
  }
}

function tell(listener: EventListener, event: MillraceEvent): void {
  try {
    const heard: unknown = listener(event)
    if (heard instanceof Promise) heard.catch(ignore)
  } catch {
    // An observer that throws must not end what it observes.
  }
}

/** An asynchronous listener is an observer too, and its rejection would end the process. */
function ignore(): void {}
