// @ts-check
import { once } from 'node:events'
import { createReadStream, createWriteStream, realpathSync } from 'node:fs'
import process from 'node:process'
import { finished } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createLineFramer, withoutLineEnd } from './frame-lines.mjs'
import { createLedger } from './ledger.mjs'
import { readAttempt } from './read-attempt.mjs'

/** @import { Decision, Ledger, Reason, Scenario, Windows } from './oracle.d.mts' */

const usage = `The oracle: expected answers to fund-load attempts, made without Millrace.

  node oracle.mjs --scenario baseline|experiment --input FILE --output FILE [--windows FILE] [--reasons FILE]

  --scenario  which rules decide
  --input     attempts, one JSON object a line; - reads standard input
  --output    answers, one a line for each line that is not blank; - writes standard output
  --reasons   one reason code a line, in the order of the answers
  --windows   the final sums, as JSON
  --help      this text
`

/** @type {typeof import('./oracle.d.mts').decideAll} */
export function* decideAll(lines, scenario) {
  const ledger = createLedger(scenario)
  for (const line of lines) {
    const bytes = typeof line === 'string' ? Buffer.from(line) : viewOf(line)
    const decision = decideLine(withoutLineEnd(bytes), ledger)
    if (decision) yield decision
  }
  return ledger.windows()
}

/** @type {typeof import('./oracle.d.mts').splitLines} */
export function* splitLines(chunks) {
  const framer = createLineFramer()
  for (const chunk of chunks) yield* framer.push(chunk)
  yield* framer.end()
}

/** @param {Uint8Array} bytes */
function viewOf(bytes) {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * @param {Buffer} line
 * @param {Ledger} ledger
 * @returns {Decision | undefined} undefined for a blank line
 */
function decideLine(line, ledger) {
  const reading = readAttempt(line)
  if (reading.kind === 'blank') return undefined
  if (reading.kind === 'malformed') return decision(reading.id, reading.customerId, reading.reason)
  return decision(reading.attempt.id, reading.attempt.customerId, ledger.judge(reading.attempt))
}

/**
 * @param {string} id
 * @param {string} customerId
 * @param {Reason} reason
 * @returns {Decision}
 */
function decision(id, customerId, reason) {
  const accepted = reason === 'ACCEPTED'
  // Ids are digits, perhaps with a minus sign: nothing in them needs an escape.
  const text = `{"id":"${id}","customer_id":"${customerId}","accepted":${accepted}}`
  return { id, customerId, accepted, reason, text }
}

/** @param {Files} files */
async function run({ scenario, input, output, windows, reasons }) {
  const ledger = createLedger(scenario)
  const framer = createLineFramer()
  const answers = openOutput(output)
  const codes = reasons === undefined ? undefined : openOutput(reasons)

  /** @param {Buffer[]} lines */
  async function answer(lines) {
    const decisions = lines.map((line) => decideLine(line, ledger)).filter((made) => made !== undefined)
    await answers.write(decisions.map(({ text }) => `${text}\n`).join(''))
    await codes?.write(decisions.map(({ reason }) => `${reason}\n`).join(''))
  }

  for await (const chunk of input === '-' ? process.stdin : createReadStream(input, { highWaterMark: 1 << 18 })) {
    await answer(framer.push(chunk))
  }
  await answer(framer.end())
  await answers.close()
  await codes?.close()
  if (windows !== undefined) await writeWindows(windows, ledger.windows())
}

/**
 * A file, or standard output for `-`, that waits while it is full.
 * @param {string} path
 */
function openOutput(path) {
  const stream = path === '-' ? process.stdout : createWriteStream(path)
  return {
    /** @param {string} text */
    async write(text) {
      if (text !== '' && !stream.write(text)) await once(stream, 'drain')
    },
    async close() {
      if (path === '-') return
      stream.end()
      await finished(stream)
    },
  }
}

/**
 * One record a line, so that two files can be compared with `diff`.
 * @param {string} path
 * @param {Windows} windows
 */
async function writeWindows(path, windows) {
  const file = openOutput(path)
  await file.write(`{"scenario":${JSON.stringify(windows.scenario)}`)
  for (const list of /** @type {const} */ (['customer_days', 'customer_weeks', 'prime_days'])) {
    const records = windows[list].map((record) => `\n${JSON.stringify(record)}`)
    await file.write(`,\n"${list}":[${records.join(',')}]`)
  }
  await file.write('}\n')
  await file.close()
}

/**
 * @typedef {{ scenario: Scenario, input: string, output: string, windows?: string, reasons?: string }} Files
 * @param {string[]} args
 * @returns {Files | undefined} undefined when help was asked for
 */
function readArguments(args) {
  const { values } = parseArgs({
    args,
    options: {
      scenario: { type: 'string' },
      input: { type: 'string' },
      output: { type: 'string' },
      windows: { type: 'string' },
      reasons: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return undefined
  const { scenario, input, output, windows, reasons } = values
  if (scenario !== 'baseline' && scenario !== 'experiment') throw new TypeError('--scenario is baseline or experiment')
  if (input === undefined || output === undefined) throw new TypeError('--input and --output are required')
  return { scenario, input, output, ...(windows && { windows }), ...(reasons && { reasons }) }
}

async function main() {
  /** @type {Files | undefined} */
  let files
  try {
    files = readArguments(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    process.exitCode = 2
    return
  }
  if (files) await run(files)
  else process.stdout.write(usage)
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main()
