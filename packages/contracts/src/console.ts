import type { EventListener } from './event-emitter.js'
import type { EventLevel } from './events.js'
import type { MetricSamples } from './metrics.js'
import type { Plan } from './plan.js'
import type { RuntimeSnapshot } from './runtime-snapshot.js'
import type { SpanRecord } from './tracing.js'

/** A running application as the live page sees it. */
export interface ConsoleSource {
  /** Name of the application. */
  readonly title: string
  readonly plan: Plan
  /** How the application fares; what a worker cannot say within a second is left out. */
  snapshot(): Promise<RuntimeSnapshot>
  /** The metrics of all processes. */
  metrics(): Promise<MetricSamples>
  /** The spans of one trace that any process still has, in the order of their start. */
  trace(traceId: string): Promise<readonly SpanRecord[]>
  /** Hears events from now on. @returns a function that ends it */
  subscribe(listener: EventListener, least?: EventLevel): () => void
}

/** The live page of one application, on loopback. */
export interface Console {
  /** A link that opens the page once, within five minutes; each call makes another. */
  link(): string
  /** Ends every stream and stops to listen. */
  close(): Promise<void>
}
