import { textTable } from '@millrace/placement'
import type { ParityRow } from './parity.js'

const maxShownChars = 500

/** The rows as a table for a terminal, and what it comes to. */
export function parityText(rows: readonly ParityRow[]): string {
  const head = ['scenario', 'variant', 'lines', 'accepted', 'seconds', 'sha-256', 'against the oracle']
  const table = textTable(head, rows.map(cells))
  return [table, '', ...rows.flatMap(difference), conclusion(rows), ''].join('\n')
}

/** Whether every variant gave what the oracle gives. */
export function isIdentical(rows: readonly ParityRow[]): boolean {
  return rows.every(({ comparison }) => comparison.outcome === 'identical')
}

function cells({ scenario, variant, report, seconds, comparison }: ParityRow): readonly string[] {
  const counts = [report.lines, report.accepted].map((count) => count.toLocaleString('en-US'))
  return [scenario, variant, ...counts, seconds.toFixed(2), comparison.sha256.slice(0, 16), comparison.outcome]
}

function difference({ scenario, variant, comparison, answers }: ParityRow): readonly string[] {
  if (comparison.outcome === 'identical') return []
  const { line, expected = 'nothing', got = 'nothing' } = comparison
  const answered =
    answers === undefined ? [] : [`  answers  line ${answers.number} of the input: ${short(answers.text)}`]
  return [
    `${scenario}, ${variant}: line ${line} differs`,
    `  expected ${expected}`,
    `  got      ${got}`,
    ...answered,
    '',
  ]
}

/** A line may have a million characters. */
function short(text: string): string {
  return text.length > maxShownChars ? `${text.slice(0, maxShownChars)}…` : text
}

function conclusion(rows: readonly ParityRow[]): string {
  const different = rows.filter(({ comparison }) => comparison.outcome === 'different').length
  if (different > 0) return `${different} of ${rows.length} outputs differ from the oracle's.`
  return `The outputs are identical: all ${rows.length}, byte for byte, and to the oracle's.`
}
