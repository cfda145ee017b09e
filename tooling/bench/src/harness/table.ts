import { type Figure, type Section, type SideRow, type Unit, verdictOf } from './bench.js'

const header = ['', 'median', 'min–max', 'rounds', 'budget', 'required', 'goal', ''] as const

const write: Readonly<Record<Unit, (value: number) => string>> = {
  ratio: (value) => value.toFixed(2),
  count: (value) => String(Math.round(value)),
  ns: (value) => `${value.toFixed(1)} ns`,
  ms: (value) => `${value.toFixed(1)} ms`,
  'lines/s': (value) => `${Math.round(value).toLocaleString('en-GB')} lines/s`,
  MiB: (value) => `${value.toFixed(0)} MiB`,
}

/** The figures of a bench for people: a table for each section, in Markdown, so that it can be quoted. */
export function tableOf(sections: readonly Section[]): string {
  return sections.map(sectionText).join('\n\n')
}

function sectionText({ title, figures, sides = [] }: Section): string {
  const tables = [grid([header, ...figures.map(cells)])]
  const [first] = sides
  if (first !== undefined) tables.push(grid([sidesHeader(first), ...sides.map(sideCells)]))
  return [title, ...tables].join('\n\n')
}

function sidesHeader({ floor }: SideRow): readonly string[] {
  return ['medians', `rate / ${floor}`, 'per second', 'CPU each', 'p50', 'p99']
}

function sideCells({ side, ratio, perSecond, cpuUs, p50Ms, p99Ms }: SideRow): readonly string[] {
  return [
    side,
    ratio.toFixed(2),
    Math.round(perSecond).toLocaleString('en-GB'),
    `${cpuUs.toFixed(1)} µs`,
    `${p50Ms.toFixed(3)} ms`,
    `${p99Ms.toFixed(3)} ms`,
  ]
}

function cells({ what, unit, spread, budget }: Figure): readonly string[] {
  const value = write[unit]
  const range = spread.count === 1 ? '' : `${value(spread.min)} – ${value(spread.max)}`
  const measured = [what, value(spread.median), range, String(spread.count)]
  if (budget === undefined) return [...measured, '', '', '', '']
  const sign = budget.better === 'more' ? '≥' : '≤'
  const limits = [budget.required, budget.goal].map((limit) => `${sign} ${value(limit)}`)
  return [...measured, budget.id, ...limits, verdictOf(spread, budget)]
}

function grid(rows: readonly (readonly string[])[]): string {
  const [heading = [], ...others] = rows
  const widths = heading.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [line(heading), rule, ...others.map(line)].join('\n')
}
