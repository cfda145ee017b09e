import type { LetterBook, LetterSummary } from '@millrace/kernel/dead-letters'
import { printable } from '../printable.js'
import { table } from '../table.js'

const heading = ['ID', 'WHEN', 'NODE', 'TYPE', 'CODE', 'TRACE', 'RETRIES', 'SIZE']

/** All but the numbers. */
const textColumns = 6

/** Letters as a table, with a line end after each line. */
export function letterTable(letters: readonly LetterSummary[]): string {
  const rows = letters.map(({ id, at, node, type, code, trace, retries, size }) => {
    return [id, at, node, type, code, trace === '' ? '-' : trace, String(retries), bytes(size)].map(cell)
  })
  return `${table([heading, ...rows], textColumns).join('\n')}\n`
}

/** One line for each letter, whatever stands in it. */
function cell(text: string): string {
  return printable(text.replaceAll('\n', ' '))
}

function bytes(size: number): string {
  return size < 1000 ? `${size} B` : `${(size / 1000).toFixed(1)} kB`
}

/** How many letters there are, and of what codes: `3 dead letters: 2 NODE_FAILED, 1 WORKER_CRASHED`. */
export function letterCounts(letters: readonly LetterSummary[]): string {
  const counts = new Map<string, number>()
  for (const { code } of letters) counts.set(code, (counts.get(code) ?? 0) + 1)
  const byCode = [...counts].sort(([, one], [, other]) => other - one).map(([code, count]) => `${count} ${cell(code)}`)
  return `${lettersInWords(letters.length)}: ${byCode.join(', ')}`
}

/** `1 dead letter`, `2 dead letters`. */
export function lettersInWords(count: number): string {
  return `${count === 0 ? 'no' : count} dead letter${count === 1 ? '' : 's'}`
}

/** What is to be said where there is no letter of an id, with a line end. */
export function noSuchLetter(id: string, place: string): string {
  return printable(`there is no dead letter ${id} in ${place}; millrace dead-letters list shows those there are\n`)
}

/** What is to be said of lines that are no letters; a line end after each sentence. */
export function unreadableText({ unreadable }: LetterBook): string {
  return unreadable
    .slice(0, mostTold)
    .map(({ path, line, torn }) =>
      torn
        ? `${path}:${line} is cut off: a process was killed while it wrote a letter, or is writing one now; it stays as it is\n`
        : `${path}:${line} is no dead letter; it stays as it is\n`,
    )
    .concat(unreadable.length > mostTold ? [`so are ${unreadable.length - mostTold} more lines\n`] : [])
    .join('')
}

const mostTold = 10
