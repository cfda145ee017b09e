import { type ErrorCode, type ErrorReport, type Facts, MillraceError, type Redactor } from '@millrace/contracts'

/** Longer texts are cut: a report is read by people. */
const maxTextLength = 2000

/**
 * What was thrown, fit to leave the process: without cause and stack, and without any secret that the redactor knows.
 *
 * @param fallback the code of what is no MillraceError
 * @param detail what could not be done; the text of what was thrown follows it
 */
export function reportOf(thrown: unknown, fallback: ErrorCode, detail: string, redactor: Redactor): ErrorReport {
  const { code, message, facts } = MillraceError.from(thrown, fallback, `${detail}: ${textOf(thrown)}`)
  return { code, message: redactor.text(message).slice(0, maxTextLength), facts: redactor.value(facts) as Facts } // a copy of the same shape
}

/** The error that another process has reported. */
export function errorOf({ code, message, facts }: ErrorReport): MillraceError {
  const prefix = `${code}: `
  return new MillraceError(code, message.startsWith(prefix) ? message.slice(prefix.length) : message, { facts })
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
