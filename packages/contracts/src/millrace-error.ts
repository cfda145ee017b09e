import { type ErrorCode, isErrorCode } from './error-codes.js'

/** What is known about a failure and safe to log and to send: names, numbers and codes, never payload or secret. */
export type Facts = Readonly<Record<string, string | number | boolean | null | readonly string[]>>

/** What an error carries beside its code and text. */
export interface MillraceErrorOptions {
  /** Safe to log and to send to another process. @default {} */
  readonly facts?: Facts
  /** What was thrown below; it never leaves the process that made it. */
  readonly cause?: unknown
}

/** The form in which an error crosses a process border or is printed as JSON. */
export interface ErrorReport {
  readonly code: ErrorCode
  readonly message: string
  readonly facts: Facts
}

/**
 * The one error of Millrace. Tell failures apart by `code`; `message` starts with it and then says what could not be done,
 * why, and what to do.
 */
export class MillraceError extends Error {
  override readonly name = 'MillraceError'
  readonly code: ErrorCode
  readonly facts: Facts

  /**
   * @param code one of the closed table
   * @param detail what could not be done, why, what to do; without the code
   */
  constructor(code: ErrorCode, detail: string, options: MillraceErrorOptions = {}) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.facts = options.facts ?? {}
  }

  /** The error without its cause and stack, for another process or for `--json`. */
  toJSON(): ErrorReport {
    return { code: this.code, message: this.message, facts: this.facts }
  }

  /**
   * Turns whatever was thrown into a MillraceError; one that is already a MillraceError stays itself.
   *
   * @param fallback the code for everything else
   * @param detail what could not be done; the thrown text is kept as the cause and is not copied into the message
   */
  static from(thrown: unknown, fallback: ErrorCode, detail: string, facts: Facts = {}): MillraceError {
    return isMillraceError(thrown) ? thrown : new MillraceError(fallback, detail, { cause: thrown, facts })
  }
}

/** Tells a MillraceError from anything else, also when two copies of this package are loaded, or it comes from another realm. */
export function isMillraceError(thrown: unknown): thrown is MillraceError {
  return isError(thrown) && thrown.name === 'MillraceError' && isErrorCode(thrown.code)
}

/** An error of this or of another realm, where `instanceof` is of no use. */
function isError(thrown: unknown): thrown is { readonly name?: unknown; readonly code?: unknown } {
  return Object.prototype.toString.call(thrown) === '[object Error]'
}
