import type { EventEmitter } from '@millrace/contracts'

/** An emitter that leaves the runtime's own events out: of one application, only the process that supervises emits them. */
export function quietLifecycle(events: EventEmitter): EventEmitter {
  return {
    redactor: events.redactor,
    subscribe: (listener, least) => events.subscribe(listener, least),
    emit(name, facts, level) {
      if (!name.startsWith('runtime.')) events.emit(name, facts, level)
    },
  }
}
