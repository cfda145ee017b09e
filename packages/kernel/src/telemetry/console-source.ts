import type { ConsoleSource, EventEmitter } from '@millrace/contracts'
import type { Runtime } from '../runtime/runtime.js'

/** A runtime as the live page sees it. */
export function consoleSource(runtime: Runtime, events: EventEmitter): ConsoleSource {
  return {
    title: runtime.summary.scenario,
    plan: runtime.plan,
    snapshot: () => runtime.snapshot(),
    metrics: () => runtime.metrics(),
    trace: (traceId) => runtime.trace(traceId),
    subscribe: (listener, least) => events.subscribe(listener, least),
  }
}
