import type { LetterSummary } from '@millrace/kernel/dead-letters'
import type { Command, Operands } from '../command-line/command.js'
import { fileOption, letterOperands, withLetters } from '../dead-letters/letter-place.js'
import { lettersInWords, noSuchLetter } from '../dead-letters/letter-table.js'
import { choiceOptions, letterChoice } from '../dead-letters/which-letters.js'
import { exitCodes } from '../exit-code.js'
import { printable } from '../printable.js'
import { verbose } from './shared-options.js'

const name = 'dead-letters drop'

const operands: Operands = { form: 'ID... [CONFIG...]', least: 0, most: Number.POSITIVE_INFINITY, missing: '' }

/** `millrace dead-letters drop`. */
export const dropLetters: Command = {
  name,
  summary: 'removes such messages for good',
  details: `Takes letters out of the file, or out of Redis; the application may run and write others meanwhile, of which none is
lost. There is no way back. --all means every letter there is, or those that --node, --code and --since leave. Exit
code 1 when there was no letter of one of the ids; the others are dropped all the same.`,
  operands,
  options: {
    file: fileOption,
    ...choiceOptions('drops'),
    json: { says: 'prints {"dropped":[ID],"unknown":[ID],"left":COUNT} as one line' },
    verbose,
  },
  example: {
    says: 'what a node has left behind before it was mended',
    line: 'millrace dead-letters drop --all --node price app.yml',
  },
  async run(invocation) {
    const { ids, files } = letterOperands(invocation.operands)
    const { flags, io } = invocation
    const choose = letterChoice(ids, invocation, Date.now(), name)
    const { place, meant, unknown, kept, left } = await withLetters(files, invocation, name, async ({ store }) => {
      const book = await store.book()
      const chosen = choose(book)
      const { kept } = await store.drop(idsOf(chosen.meant), Date.now())
      return { ...chosen, kept, left: book.letters.length - chosen.meant.length, place: store.place }
    })
    for (const id of unknown) io.stderr.write(noSuchLetter(id, place))
    if (flags.has('json')) io.stdout.write(`${JSON.stringify({ dropped: idsOf(meant), unknown, left })}\n`)
    io.stderr.write(`dropped ${lettersInWords(meant.length)}, ${left} left\n`)
    if (kept !== undefined)
      io.stderr.write(printable(`they are marked as dropped and still in ${place}, because ${kept}\n`))
    return unknown.length === 0 ? exitCodes.done : exitCodes.failed
  },
}

function idsOf(letters: readonly LetterSummary[]): readonly string[] {
  return letters.map(({ id }) => id)
}
