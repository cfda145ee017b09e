import type { Shown } from './find-leaks.js'

type Said = readonly (readonly [where: string, text: string])[]

/** Where an application that has run must have said something, and what stands there: else nothing was looked through. */
const ofRuns: Said = [
  ['OTLP /v1/logs', 'runtime.running'],
  ['log lines in stdout', 'time'],
  ['log lines in telemetry.jsonl', 'time'],
  ['stderr', '"name":"runtime.running"'],
]

/** The same of one that has worked. A file that may not grow has room for the first log lines only. */
const ofWork: Said = [
  ['OTLP /v1/traces', 'millrace'],
  ['OTLP /v1/metrics', 'millrace_worker_up'],
  ['/metrics', 'millrace_worker_up'],
  ['spans in stdout', 'time'],
  ['metrics in stdout', 'time'],
  ['stderr', 'opentracing ['],
]

/**
 * The ways in which an application has told nothing of itself, as sentences.
 *
 * @param works whether it has worked
 */
export function unheard(shown: readonly Shown[], works: boolean): readonly string[] {
  return [...ofRuns, ...(works ? ofWork : [])]
    .filter(([where, text]) => !shown.some((one) => one.where === where && one.bytes.includes(text)))
    .map(([where, text]) => `${where} never held ${text}`)
}
