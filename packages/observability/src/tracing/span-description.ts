import type { Redactor, TelemetryOwner } from '@millrace/contracts'
import { type Attributes, SpanKind } from '@opentelemetry/api'
import type { RecordedSpan } from './recorded-span.js'

/** What every exporter says of a span, in its own form. */
export interface SpanDescription {
  readonly name: string
  readonly kind: SpanKind
  readonly attributes: Attributes
}

/** Cleans a text of secrets. */
export type Clean = (text: string) => string

/** A cleaner for one batch: names come again and again, and are cleaned once. */
export function batchCleaner(redactor: Redactor): Clean {
  const known = new Map<string, string>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const clean = redactor.text(text)
    known.set(text, clean)
    return clean
  }
}

const rootKinds = {
  request: SpanKind.SERVER,
  stream: SpanKind.SERVER,
  source: SpanKind.CONSUMER,
  nested: SpanKind.INTERNAL,
} as const

/** Says what a span is: `root orders.csv`, `node price`, `hop pricing`. */
export function describeSpan(span: RecordedSpan, { group, slot }: TelemetryOwner, clean: Clean): SpanDescription {
  const attributes: Attributes = {
    'millrace.group': clean(group),
    'millrace.slot': clean(slot),
    ...subjectOf(span, clean),
  }
  if (span.code !== undefined) {
    attributes['millrace.code'] = span.code
    attributes['error.type'] = span.code
  }
  return { name: `${span.kind} ${clean(span.name)}`, kind: kindOf(span), attributes }
}

function kindOf({ entry, hop }: RecordedSpan): SpanKind {
  if (entry !== undefined) return rootKinds[entry]
  return hop === undefined ? SpanKind.INTERNAL : SpanKind.PRODUCER
}

function subjectOf({ kind, name, type, entry, hop }: RecordedSpan, clean: Clean): Attributes {
  if (entry === 'source') return { 'millrace.entry': entry, 'millrace.source': clean(name) }
  const typed = type === undefined ? undefined : clean(type)
  if (entry !== undefined) return { 'millrace.entry': entry, 'millrace.type': typed }
  if (hop === undefined) return { [`millrace.${kind}`]: clean(name), 'millrace.type': typed }
  const { from, to, peer } = hop
  return {
    'millrace.from': clean(from),
    'millrace.to': clean(to),
    'millrace.peer': clean(peer),
    'millrace.type': typed,
  }
}
