import { MillraceError, type Redactor } from '@millrace/contracts'
import { textTable } from '@millrace/placement'
import { errorText } from '../report-error.js'
import type { Difference } from './compare-sink.js'
import type { VariantRun } from './run-variant.js'
import type { Received } from './sink-log.js'

/** Whether a variant gave what the reference run gave. */
export function isIdentical({ end, difference }: VariantRun): boolean {
  return end.outcome === 'done' && difference === undefined
}

/** What was compared and what came of it, for people; without a line end. */
export function parityText(runs: readonly [VariantRun, ...VariantRun[]], redactor: Redactor): string {
  const table = textTable(['variant', 'sink', 'messages', 'SHA-256', 'seconds', 'outcome'], runs.flatMap(rowsOf))
  const odd = runs.find((run) => !isIdentical(run))
  const verdict =
    odd === undefined ? 'identical' : redactor.text([whatIsDifferent(odd, runs[0]), odd.variant.advice].join('\n'))
  return `${table}\n\n${verdict}`
}

function rowsOf(run: VariantRun, index: number): readonly (readonly string[])[] {
  const { variant, end, sinks } = run
  const outcome =
    index === 0 ? 'reference' : isIdentical(run) ? 'identical' : end.outcome === 'done' ? 'different' : end.outcome
  return sinks.map(({ sink, messages, sha256 }) => [
    variant.name,
    sink,
    `${messages}`,
    sha256,
    end.seconds.toFixed(2),
    outcome,
  ])
}

function whatIsDifferent({ variant, end, difference }: VariantRun, { variant: reference }: VariantRun): string {
  if (end.outcome === 'failed') return `${variant.name} failed, and ${reference.name} did not\n${errorText(end.error)}`
  if (difference === undefined) return `${variant.name} did not come to its end`
  const { sink, message, expected, actual } = difference
  const [first, second] = shortened(expected, actual)
  const width = Math.max(reference.name.length, variant.name.length)
  return [
    `different: sink '${sink}', message ${message}, trace ${(actual ?? expected)?.trace}`,
    `  ${reference.name.padEnd(width)}  ${first}`,
    `  ${variant.name.padEnd(width)}  ${second}`,
  ].join('\n')
}

const before = 60
const shown = 160

/** The parts of two lines around the first character in which they differ. */
function shortened(expected: Received | undefined, actual: Received | undefined): readonly [string, string] {
  const [first, second] = [expected?.json ?? '', actual?.json ?? '']
  let at = 0
  while (at < first.length && first[at] === second[at]) at++
  const from = first.length <= shown && second.length <= shown ? 0 : Math.max(0, at - before)
  const cut = (received: Received | undefined): string =>
    received === undefined ? 'nothing: it had no more messages' : around(received.json, from)
  return [cut(expected), cut(actual)]
}

function around(json: string, from: number): string {
  const part = json.slice(from, from + shown)
  return `${from === 0 ? '' : '…'}${part}${from + shown < json.length ? '…' : ''}`
}

/** What was compared and what came of it, for programs. */
export function parityJson(runs: readonly [VariantRun, ...VariantRun[]], redactor: Redactor): object {
  return {
    identical: runs.every(isIdentical),
    variants: runs.map((run) => ({
      name: run.variant.name,
      outcome: run.end.outcome,
      seconds: run.end.seconds,
      sinks: run.sinks,
      difference: run.difference === undefined ? null : differenceJson(run.difference),
      error: run.end.outcome === 'failed' ? errorJson(run.end.error, redactor) : null,
    })),
  }
}

function differenceJson({ sink, message, expected, actual }: Difference): object {
  return { sink, message, expected: expected ?? null, actual: actual ?? null }
}

function errorJson(error: unknown, redactor: Redactor): unknown {
  return redactor.value(MillraceError.from(error, 'NODE_FAILED', 'the run ended by an error that has no code').toJSON())
}
