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
  retry: SpanKind.CONSUMER,
} as const

/** Says what a span is: `root orders.csv`, `node price`, `hop pricing`. */
export function describeSpan(span: RecordedSpan, owner: TelemetryOwner, clean: Clean): SpanDescription {
  const attributes = attributesOf(span, owner, clean)
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

function attributesOf({ name, type = '', entry, hop }: RecordedSpan, owner: TelemetryOwner, clean: Clean): Attributes {
  const attributes: Attributes = { 'millrace.group': clean(owner.group), 'millrace.slot': clean(owner.slot) }
  if (entry !== undefined) attributes['millrace.entry'] = entry
  if (entry === 'source') {
    attributes['millrace.source'] = clean(name)
    return attributes
  }
  attributes['millrace.type'] = clean(type)
  if (hop !== undefined) {
    attributes['millrace.from'] = clean(hop.from)
    attributes['millrace.to'] = clean(hop.to)
    attributes['millrace.peer'] = clean(hop.peer)
  } else if (entry === undefined) {
    attributes['millrace.node'] = clean(name)
  }
  return attributes
}
