import type { LetterSummary } from '@millrace/kernel/dead-letters'
import type { Invocation, OptionSpec } from '../command-line/command.js'
import { UsageError } from '../command-line/usage-error.js'

/** Which letters are meant. */
export const filterOptions: Readonly<Record<'node' | 'code' | 'since', OptionSpec>> = {
  node: { value: 'NODE', says: 'only letters of this node' },
  code: { value: 'CODE', says: 'only letters with this error code' },
  since: {
    value: 'TIME',
    says: 'only letters from this time on: 90s, 30m, 2h, 7d ago, or a date such as 2026-11-28T10:00Z',
  },
}

/** Tells whether a letter is meant. */
export type LetterFilter = (letter: LetterSummary) => boolean

/** Reads the filters of a command line. @param now milliseconds since the epoch @throws UsageError */
export function letterFilter(
  { values: { node, code, since } }: Invocation,
  now: number,
  command: string,
): LetterFilter {
  const from = since === undefined ? undefined : timeOf(since, now, command)
  return (letter) =>
    (node === undefined || letter.node === node) &&
    (code === undefined || letter.code === code) &&
    (from === undefined || Date.parse(letter.at) >= from)
}

/** Whether any filter was given. */
export function hasFilter({ values }: Invocation): boolean {
  return Object.keys(filterOptions).some((name) => values[name] !== undefined)
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function timeOf(since: string, now: number, command: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/u.exec(since) ?? []
  if (count !== undefined && unit !== undefined) return now - Number(count) * (unitMs[unit] ?? 0)
  const at = /^\d{4}-\d\d-\d\d/u.test(since) ? Date.parse(since) : Number.NaN
  if (!Number.isNaN(at)) return at
  throw new UsageError(
    `--since cannot be '${since}'; say 90s, 30m, 2h or 7d, or a date such as 2026-11-28T10:00Z`,
    command,
  )
}
