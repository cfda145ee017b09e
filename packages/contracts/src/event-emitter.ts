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
  /** Hears all events from now on. @returns a function that ends it */
  subscribe(listener: EventListener): () => void
  /** The redactor that every event passes; make secrets known to it. */
  readonly redactor: Redactor
}

/** What an emitter is made of. */
export interface EventEmitterParts {
  /** Wall time in milliseconds since the epoch. @default Date.now */
  readonly clock?: () => number
  readonly redactor?: Redactor
}

/** Makes an emitter of its own; a runtime has one. */
export function createEventEmitter({
  clock = Date.now,
  redactor = createRedactor(),
}: EventEmitterParts = {}): EventEmitter {
  const listeners = new Set<EventListener>()
  return {
    redactor,
    emit(name, facts = {}, level = eventList[name].level) {
      if (listeners.size === 0) return
      const event: MillraceEvent = { name, level, at: clock(), facts: redactor.value(facts) as Facts } // a copy of the same shape
      for (const listener of listeners) tell(listener, event)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
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
