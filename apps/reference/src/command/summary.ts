import type { TallyReport } from '../egress/tally.js'
import type { RunSettings } from './run-settings.js'

/** What a run has to say at its end. */
export interface Summary extends TallyReport {
  readonly scenario: string
  readonly profile: string
  readonly input: string
  readonly output: string
  readonly seconds: number
  readonly lines_per_second: number
}

/** Puts the parts of a summary together; a run takes a millisecond at least. */
export function summaryOf(
  { scenario, profile, input, output }: RunSettings,
  report: TallyReport,
  seconds: number,
): Summary {
  const perSecond = Math.round(report.lines / Math.max(seconds, 0.001))
  return { scenario, profile, input, output, ...report, seconds, lines_per_second: perSecond }
}

/** The summary as a table for people, with its line ends. */
export function summaryText(summary: Summary): string {
  const rows: (readonly [string, number])[] = [
    ['lines', summary.lines],
    ['accepted', summary.accepted],
    ['declined', sum(summary.declined)],
    ...counted(summary.declined),
    ['malformed', sum(summary.malformed)],
    ...counted(summary.malformed),
  ]
  const table = rows.map(([name, count]) => `${name.padEnd(24)}${number(count).padStart(13)}\n`).join('')
  return `${table}in ${summary.seconds} s, ${number(summary.lines_per_second)} lines/s\n`
}

function counted(counts: Readonly<Record<string, number>>): (readonly [string, number])[] {
  return Object.entries(counts).map(([reason, count]) => [`  ${reason}`, count] as const)
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}

function number(value: number): string {
  return value.toLocaleString('en-GB')
}
