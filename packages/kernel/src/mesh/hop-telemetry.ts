import {
  type EnvelopeRecord,
  type Plan,
  readTraceparent,
  type SlotId,
  type Span,
  type SpanContext,
  type Tracing,
} from '@millrace/contracts'
import { Durations } from '../metrics/durations.js'
import type { Arrived } from '../runner/runner.js'
import type { EdgeMap } from './edge-map.js'
import type { Place } from './place.js'
import { groupOfSlot } from './remote-errors.js'

/** Begins the span of a sending. */
export type BeginHop = (edge: number, cause: SpanContext, repeats: SpanContext | undefined) => Span

/** What can be seen of the ways of messages between one worker and the others. */
export class HopTelemetry {
  /** How long messages to each group took until all that came of them was done. */
  readonly durations: Map<string, Durations> = new Map()
  readonly #plan: Plan
  readonly #from: string
  readonly #edges: EdgeMap
  readonly #tracing: Tracing | undefined

  /** @param tracing undefined where nothing is traced */
  constructor(plan: Plan, place: Place, edges: EdgeMap, tracing: Tracing | undefined) {
    this.#plan = plan
    this.#from = plan.groups[place.group]?.name ?? ''
    this.#edges = edges
    this.#tracing = tracing
  }

  /** Where the durations of messages to a slot are counted: with those of its group. */
  durationsTo(slot: SlotId): Durations {
    const group = groupOfSlot(slot)
    let durations = this.durations.get(group)
    if (durations === undefined) {
      durations = new Durations()
      this.durations.set(group, durations)
    }
    return durations
  }

  /** What begins the spans of sendings to a slot; undefined where nothing is traced. */
  hopsTo(peer: SlotId): BeginHop | undefined {
    const tracing = this.#tracing
    if (tracing === undefined) return undefined
    const to = groupOfSlot(peer)
    return (edge, cause, repeats) => {
      const type = this.#plan.graph.types[this.#edges.edges[edge]?.type ?? -1]?.name ?? ''
      return tracing.hop(cause, { from: this.#from, to, peer, type, repeats })
    }
  }

  /** Where an envelope stands, and what it comes of, if that is recorded. */
  where({ position, trace }: EnvelopeRecord): Arrived {
    if (trace === undefined || this.#tracing === undefined) return { position, cause: undefined }
    const parent = readTraceparent(trace)
    return { position, cause: parent?.sampled === true ? parent : undefined }
  }
}
