import { formatSummary, type StartupSummary } from '@millrace/config-validator'
import { isMillraceError, MillraceError, type Redactor } from '@millrace/contracts'
import type { Invocation } from '../command-line/command.js'
import { exitCodeOf } from '../exit-code.js'
import { printable } from '../printable.js'
import { reportError } from '../report-error.js'
import { resultText } from '../run/result-text.js'
import type { RunEnd } from '../run/run-end.js'

/** Tells of a run: to people on standard error, or to programs as lines of JSON on standard output. */
export interface RunReport {
  starts(summary: StartupSummary): void
  ended(end: RunEnd): void
  /** It did not come to a run; people are told by whoever catches the error. */
  refused(error: unknown): void
}

/** Makes the report of one run, in the form that was asked for. */
export function createRunReport(invocation: Invocation, redactor: Redactor): RunReport {
  return invocation.flags.has('json') ? forPrograms(invocation, redactor) : forPeople(invocation, redactor)
}

function forPeople(invocation: Invocation, redactor: Redactor): RunReport {
  const { stderr } = invocation.io
  return {
    starts: (summary) => stderr.write(printable(`${formatSummary(summary)}\n\n`)),
    ended(end) {
      if (end.outcome === 'done') stderr.write(printable(`${resultText(end.result, end.seconds)}\n`))
      else if (end.outcome === 'stopped') stderr.write(`stopped after ${end.seconds} s\n`)
      else tellFailure(end.error, invocation, redactor)
    },
    refused: () => undefined,
  }
}

function forPrograms(invocation: Invocation, redactor: Redactor): RunReport {
  const print = (line: object): void => {
    invocation.io.stdout.write(`${JSON.stringify(line)}\n`)
  }
  return {
    starts: (summary) => print({ event: 'start', summary }),
    ended(end) {
      print(endLine(end, redactor))
      if (end.outcome === 'failed') tellFailure(end.error, invocation, redactor)
    },
    refused: (error) =>
      print({ event: 'end', ok: false, exitCode: exitCodeOf(error), error: errorReport(error, redactor) }),
  }
}

function endLine(end: RunEnd, redactor: Redactor): object {
  const { exitCode, seconds } = end
  const common = { event: 'end', ok: exitCode === 0, exitCode, seconds }
  if (end.outcome === 'done') return { ...common, result: end.result }
  if (end.outcome === 'stopped') return { ...common, signal: end.signal, mode: end.mode }
  return { ...common, error: errorReport(end.error, redactor) }
}

function errorReport(error: unknown, redactor: Redactor): unknown {
  return redactor.value(MillraceError.from(error, 'NODE_FAILED', 'the run ended by an error that has no code').toJSON())
}

function tellFailure(error: unknown, { io, flags, values }: Invocation, redactor: Redactor): void {
  const verbose = flags.has('verbose')
  const advice = [
    ...(verbose || !wasThrown(error) ? [] : ['--verbose shows where it was thrown']),
    ...(values.checks === 'every' || !isFromNode(error) ? [] : ['--checks every checks what nodes hand to each other']),
  ]
  reportError(error, io, { redactor, verbose, ...(advice.length === 0 ? {} : { advice: advice.join('; ') }) })
}

/** Whether code of the application threw it in this process, so that its message may not say what to do. */
function wasThrown(error: unknown): boolean {
  return !isMillraceError(error) || (error.cause !== undefined && error.facts.worker === undefined)
}

/** Whether a node threw it, here or in a worker: it may have begun with what the node was handed. */
function isFromNode(error: unknown): boolean {
  return !isMillraceError(error) || (error.code === 'NODE_FAILED' && error.cause !== undefined)
}
