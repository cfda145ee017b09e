import { dropDeadLetters, type LetterSummary, readDeadLetters } from '@millrace/kernel/dead-letters'
import type { Command, Invocation, Operands } from '../command-line/command.js'
import { UsageError } from '../command-line/usage-error.js'
import { filterOptions, hasFilter, letterFilter } from '../dead-letters/letter-filters.js'
import { fileOption, letterOperands, letterPath } from '../dead-letters/letter-place.js'
import { lettersInWords } from '../dead-letters/letter-table.js'
import { exitCodes } from '../exit-code.js'
import { printable } from '../printable.js'
import { verbose } from './shared-options.js'

const name = 'dead-letters drop'

const operands: Operands = { form: 'ID... [CONFIG...]', least: 0, most: Number.POSITIVE_INFINITY, missing: '' }

/** `millrace dead-letters drop`. */
export const dropLetters: Command = {
  name,
  summary: 'removes such messages for good',
  details: `Takes letters out of the file; the application may run and write others meanwhile, of which none is lost. There is no
way back. --all means every letter there is, or those that --node, --code and --since leave. Exit code 1 when there
was no letter of one of the ids; the others are dropped all the same.`,
  operands,
  options: {
    file: fileOption,
    all: { says: 'drops every letter that the filters leave, instead of those that are named' },
    ...filterOptions,
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
    refuseUnclear(ids, invocation)
    const filter = letterFilter(invocation, Date.now(), name)
    const path = await letterPath(files, invocation, name)
    const { letters } = readDeadLetters(path)
    const meant = letters.filter(flags.has('all') ? filter : ({ id }) => ids.includes(id))
    const unknown = ids.filter((id) => !meant.some((letter) => letter.id === id))
    const { kept } = dropDeadLetters(path, idsOf(meant), Date.now())
    const left = letters.length - meant.length
    for (const id of unknown)
      io.stderr.write(
        printable(`there is no dead letter ${id} in ${path}; millrace dead-letters list shows those there are\n`),
      )
    if (flags.has('json')) io.stdout.write(`${JSON.stringify({ dropped: idsOf(meant), unknown, left })}\n`)
    io.stderr.write(`dropped ${lettersInWords(meant.length)}, ${left} left\n`)
    if (kept !== undefined)
      io.stderr.write(printable(`they are marked as dropped and still in ${path}, because ${kept}\n`))
    return unknown.length === 0 ? exitCodes.done : exitCodes.failed
  },
}

function refuseUnclear(ids: readonly string[], invocation: Invocation): void {
  const all = invocation.flags.has('all')
  if (all && ids.length > 0) throw new UsageError('choose one of ids and --all', name)
  if (!all && hasFilter(invocation)) throw new UsageError('--node, --code and --since belong to --all', name)
  if (!all && ids.length === 0)
    throw new UsageError(
      'name the letters by their ids, 16 hex digits, as millrace dead-letters list shows them, or say --all',
      name,
    )
}

function idsOf(letters: readonly LetterSummary[]): readonly string[] {
  return letters.map(({ id }) => id)
}
