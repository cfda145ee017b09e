import { createRedactor } from '@millrace/contracts'
import type { DeadLetter } from '@millrace/kernel/dead-letters'
import type { Command, Operands } from '../command-line/command.js'
import { UsageError } from '../command-line/usage-error.js'
import { fileOption, letterOperands, withLetters } from '../dead-letters/letter-place.js'
import { noSuchLetter } from '../dead-letters/letter-table.js'
import { exitCodes } from '../exit-code.js'
import { printable } from '../printable.js'
import { verbose } from './shared-options.js'

const name = 'dead-letters show'

const missing = 'name the letter by its id, 16 hex digits, as millrace dead-letters list shows it'

const operands: Operands = { form: 'ID [CONFIG...]', least: 1, most: Number.POSITIVE_INFINITY, missing }

/** `millrace dead-letters show`. */
export const showLetter: Command = {
  name,
  summary: 'shows one of these messages with its payload',
  details: `Prints everything of a letter as JSON: id, at, node, code, reason, type, position, trace, payload. What may be a secret,
by the name of its field, is [redacted], and bytes are shown by their number, unless --payload asks for all of it.`,
  operands,
  options: {
    file: fileOption,
    payload: { says: 'shows the payload as it is, with what may be secrets and bytes in base64' },
    verbose,
  },
  example: {
    says: 'the payload of a letter, for a test that shows the mistake',
    line: 'millrace dead-letters show 0f1e2d3c4b5a6978 app.yml --payload | jq .payload > payload.json',
  },
  async run(invocation) {
    const { ids, files } = letterOperands(invocation.operands)
    const { flags, io } = invocation
    const [id] = ids
    if (id === undefined) throw new UsageError(missing, name)
    if (ids.length > 1) throw new UsageError('name one letter', name)
    const { place, letter } = await withLetters(files, invocation, name, async ({ store }) => ({
      place: store.place,
      letter: await store.letter(id),
    }))
    if (letter === undefined) {
      io.stderr.write(noSuchLetter(id, place))
      return exitCodes.failed
    }
    const shown = flags.has('payload') ? letter : withoutSecrets(letter)
    const text = JSON.stringify(shown, undefined, 2)
    io.stdout.write(`${printable(text)}\n`)
    if (text !== JSON.stringify(letter, undefined, 2))
      io.stderr.write('not all of the payload is shown; --payload shows it\n')
    return exitCodes.done
  },
}

function withoutSecrets(letter: DeadLetter): DeadLetter {
  return { ...letter, payload: createRedactor().value(bytesOf(letter.payload) ?? letter.payload) }
}

/** A payload of bytes is one field, `base64`. */
function bytesOf(payload: unknown): Uint8Array | undefined {
  if (typeof payload !== 'object' || payload === null || !('base64' in payload)) return undefined
  const { base64 } = payload
  return typeof base64 === 'string' && Object.keys(payload).length === 1 ? Buffer.from(base64, 'base64') : undefined
}
