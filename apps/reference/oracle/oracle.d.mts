/** Which of the two rule sets decides. */
export type Scenario = 'baseline' | 'experiment'

/** Why a line was answered as it was. The README explains each code. */
export type Reason =
  | 'LINE_TOO_LONG'
  | 'UTF8_INVALID'
  | 'MALFORMED_JSON'
  | 'NOT_AN_OBJECT'
  | 'ID_INVALID'
  | 'CUSTOMER_ID_INVALID'
  | 'AMOUNT_INVALID'
  | 'TIME_INVALID'
  | 'REPLAY'
  | 'CONFLICT'
  | 'DAILY_COUNT'
  | 'PRIME_AMOUNT'
  | 'PRIME_QUOTA'
  | 'DAILY_AMOUNT'
  | 'WEEKLY_AMOUNT'
  | 'ACCEPTED'

/** A well-formed line. */
export interface Attempt {
  /** Decimal digits (with a minus sign before a negative number), trimmed. */
  readonly id: string
  readonly customerId: string
  /** The amount as written, in whole cents; never doubled. */
  readonly cents: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly instantMs: number
}

/** What a line says: nothing, something refused (with the ids it has), or an attempt. */
export type Reading =
  | { readonly kind: 'blank' }
  | { readonly kind: 'malformed'; readonly id: string; readonly customerId: string; readonly reason: Reason }
  | { readonly kind: 'attempt'; readonly attempt: Attempt }

/** The answer to one line. */
export interface Decision {
  readonly id: string
  readonly customerId: string
  readonly accepted: boolean
  readonly reason: Reason
  /** The output line, without its line end. */
  readonly text: string
}

/** The sums at the end of a run, each list in a fixed order; amounts are effective amounts in cents. */
export interface Windows {
  readonly scenario: Scenario
  readonly customer_days: readonly {
    readonly customer_id: string
    readonly day: string
    readonly attempts: number
    readonly accepted_cents: number
  }[]
  readonly customer_weeks: readonly {
    readonly customer_id: string
    readonly week: string
    readonly accepted_cents: number
  }[]
  readonly prime_days: readonly { readonly day: string; readonly accepted: number }[]
}

/** All that must be remembered between lines. */
export interface Ledger {
  /** Decides one attempt and remembers it. */
  judge(attempt: Attempt): Reason
  /** The sums as they stand now. */
  windows(): Windows
}

/**
 * Answers every line that is not blank, in order, and returns the final windows.
 *
 * @param lines one line each, with its LF or CRLF or without; a string is encoded as UTF-8 first
 */
export function decideAll(
  lines: Iterable<string | Uint8Array>,
  scenario: Scenario,
): Generator<Decision, Windows, undefined>

/** Cuts the bytes of a whole input into lines (no line ends, no byte-order mark). An over-long line comes cut short. */
export function splitLines(chunks: Iterable<Uint8Array>): Generator<Buffer, void, undefined>
