import type { RunResult } from '@millrace/kernel'

const labelWidth = 12

/** What became of a run, for people: a block of aligned lines without a line end. */
export function resultText({ roots, reports, counters }: RunResult, seconds: number): string {
  const blocks: readonly (readonly [label: string, lines: readonly string[]])[] = [
    ['done', [`in ${seconds} s`]],
    ['roots', Object.entries(roots).map(([source, count]) => `${source}: ${count.toLocaleString('en-GB')}`)],
    ['reports', Object.entries(reports).map(([sink, report]) => `${sink}: ${fields(report)}`)],
    ['requests', counters.replies.opened === 0 ? [] : [fields(counters.replies)]],
    ['given up', [`dropped ${counters.givenUp.dropped}, dead-lettered ${counters.givenUp.deadLettered}`]],
    [
      'sent again',
      counters.delivery.redelivered === 0 ? [] : [`${counters.delivery.redelivered} messages of workers that died`],
    ],
    [
      'unclaimed',
      counters.givenUp.unclaimed === 0 ? [] : [`${counters.givenUp.unclaimed} replies that nobody waited for`],
    ],
  ]
  return blocks
    .filter(([, lines]) => lines.length > 0)
    .map(([label, lines]) => block(label, lines))
    .join('\n')
}

function block(label: string, lines: readonly string[]): string {
  return lines.map((line, index) => (index === 0 ? label : '').padEnd(labelWidth) + line).join('\n')
}

function fields(record: object): string {
  return Object.entries(record)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
}
