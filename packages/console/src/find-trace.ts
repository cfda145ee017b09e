import type { ConsoleSource, SpanRecord } from '@millrace/contracts'
import type { TraceView } from './view.js'

const maxSpans = 2_000

/** Looks for the spans of a trace. @throws Error when nobody answers in time */
export async function findTrace(source: ConsoleSource, id: string, timeoutMs: number): Promise<TraceView> {
  const spans = await within(source.trace(id), timeoutMs)
  return { id, spans: spans.slice(0, maxSpans), left: Math.max(spans.length - maxSpans, 0) }
}

/** The trace id that is asked for; undefined for what is none. */
export function traceIdOf(url: URL): string | undefined {
  const id = url.searchParams.get('id')?.toLowerCase() ?? ''
  return /^(?!0{32})[0-9a-f]{32}$/.test(id) ? id : undefined
}

function within(spans: Promise<readonly SpanRecord[]>, ms: number): Promise<readonly SpanRecord[]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no spans within ${ms} ms`)), ms)
    spans.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
