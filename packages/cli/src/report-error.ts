import { inspect } from 'node:util'
import { createRedactor, type Redactor } from '@millrace/contracts'
import type { Io } from './io.js'
import { printable } from './printable.js'

/** How an error is told. */
export interface ReportOptions {
  /** Takes secrets out; give the redactor of the runtime's events, which knows them. @default one that knows none */
  readonly redactor?: Redactor
  /** Whether the stacks are shown. @default false */
  readonly verbose?: boolean
  /** What to do about it, where the message does not say. */
  readonly advice?: string
}

/**
 * Tells people on standard error what went wrong: the message, its causes indented below it, then what to do.
 *
 * @param error anything that was thrown
 */
export function reportError(error: unknown, io: Pick<Io, 'stderr'>, options: ReportOptions = {}): void {
  io.stderr.write(`${errorText(error, options)}\n`)
}

/** An error as text, without a line end at its end. */
export function errorText(
  error: unknown,
  { redactor = createRedactor(), verbose = false, advice }: ReportOptions = {},
): string {
  const causes = withCauses(error).slice(0, mostCauses)
  const lines = causes.map((one, depth) => (depth === 0 ? said(one) : indented(`caused by: ${said(one)}`)))
  const stacks = verbose
    ? causes.flatMap((one) => (one instanceof Error && one.stack ? [indented(frames(one.stack))] : []))
    : []
  const last = advice === undefined ? [] : [advice]
  return printable(redactor.text([...lines, ...stacks, ...last].join('\n')))
}

const mostCauses = 8

/** The error and what it came of; a cause that only repeats what was said already is left out. */
function withCauses(error: unknown): readonly unknown[] {
  const told: unknown[] = [error]
  const seen = new Set<unknown>(told)
  let text = said(error)
  const visit = (one: unknown): void => {
    for (const cause of below(one)) {
      if (seen.has(cause)) continue
      seen.add(cause)
      if (!text.includes(messageOf(cause))) {
        told.push(cause)
        text += said(cause)
      }
      visit(cause)
    }
  }
  visit(error)
  return told
}

function below(error: unknown): readonly unknown[] {
  if (!(error instanceof Error)) return []
  const several: readonly unknown[] = error instanceof AggregateError ? error.errors : []
  return error.cause === undefined ? several : [error.cause, ...several]
}

/** A MillraceError begins with its code; another error is told by its name. */
function said(error: unknown): string {
  if (!(error instanceof Error)) return `something was thrown that is no error: ${inspect(error, { depth: 0 })}`
  if (error.name === 'MillraceError') return error.message
  return error.message === '' ? error.name : `${error.name}: ${error.message}`
}

function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : said(error)
}

/** The lines of a stack that tell places. */
function frames(stack: string): string {
  const lines = stack.split('\n').filter((line) => /^\s+at /u.test(line))
  return lines.map((line) => line.trim()).join('\n')
}

function indented(text: string): string {
  return text.replace(/^/gmu, '  ')
}
