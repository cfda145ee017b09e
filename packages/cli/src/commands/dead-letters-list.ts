import type { LetterBook } from '@millrace/kernel/dead-letters'
import type { Command, Invocation, Operands } from '../command-line/command.js'
import { filterOptions, hasFilter, letterFilter } from '../dead-letters/letter-filters.js'
import { fileOption, withLetters } from '../dead-letters/letter-place.js'
import { letterCounts, lettersInWords, letterTable, unreadableText } from '../dead-letters/letter-table.js'
import { exitCodes } from '../exit-code.js'
import { printable } from '../printable.js'
import { verbose } from './shared-options.js'

const operands: Operands = { form: '[CONFIG...]', least: 0, most: Number.POSITIVE_INFINITY, missing: '' }

const name = 'dead-letters list'

/** `millrace dead-letters list`. */
export const listLetters: Command = {
  name,
  summary: 'lists the messages that nodes could not handle',
  details: `Reads them where dead_letters of the configuration keeps them, in a file or in Redis; the application may run. The
newest letter stands last. SIZE is that of the payload as JSON; millrace dead-letters show ID shows it. Lines that are
no letters are told and stay as they are.`,
  operands,
  options: {
    file: fileOption,
    ...filterOptions,
    json: { says: 'prints a line of JSON for each letter, without its payload' },
    verbose,
  },
  example: {
    says: 'which nodes have failed during the last hour, and how often',
    line: 'millrace dead-letters list app.yml --since 1h --json | jq -r .node | sort | uniq -c',
  },
  async run(invocation) {
    const { operands: files, flags, io } = invocation
    const filter = letterFilter(invocation, Date.now(), name)
    const { place, book } = await withLetters(files, invocation, name, async ({ store }) => ({
      place: store.place,
      book: await store.book(),
    }))
    const letters = book.letters.filter(filter)
    io.stderr.write(printable(unreadableText(book)))
    if (flags.has('json')) for (const letter of letters) io.stdout.write(`${printable(JSON.stringify(letter))}\n`)
    else if (letters.length > 0) io.stdout.write(letterTable(letters))
    io.stderr.write(printable(`${letters.length > 0 ? letterCounts(letters) : noneText(place, book, invocation)}\n`))
    return exitCodes.done
  },
}

function noneText(path: string, { exists, letters }: LetterBook, invocation: Invocation): string {
  if (!exists) return `no dead letters: ${path} is not there, so no application with this configuration has run yet`
  if (letters.length > 0 && hasFilter(invocation))
    return `none of ${lettersInWords(letters.length)} in ${path} is meant`
  return `no dead letters in ${path}`
}
