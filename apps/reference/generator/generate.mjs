// @ts-check
import { createWriteStream, realpathSync } from 'node:fs'
import process from 'node:process'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { attempts } from './attempts.mjs'
import { malform } from './malform.mjs'
import { createRandom } from './random.mjs'
import { writeLine } from './write-line.mjs'

/** @import { Attempt } from './attempts.mjs' */
/** @import { LinesOptions } from './generate.d.mts' */
/** @import { Random } from './random.mjs' */

const usage = `Makes fund-load attempts, good and bad: the same seed gives the same bytes.

  node generate.mjs --lines N [--seed S] [--output FILE]

  --lines      how many lines, blank ones included
  --seed       a whole number from 0; 1 when left out
  --output     where to; - or left out: standard output
  --over-long  put an over-long line near the start (otherwise one in 200,000 lines)
  --bom        start with a byte-order mark
  --help       this text
`

const maxLineBytes = 1_048_576
/** An over-long line comes once in so many lines… */
const overLongEvery = 200_000
/** …first here, so that data of ordinary size has none. */
const overLongFirst = 150_000
const overLongForced = 2
const rememberedAttempts = 4096
const blockLength = 65_536
const blanks = ['', '', ' ', '\t', ' \t ', '\r']

/** @type {typeof import('./generate.d.mts').lines} */
export function* lines(seed, count, options = {}) {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`seed must be a whole number from 0 (got ${seed})`)
  if (!Number.isSafeInteger(count) || count < 0)
    throw new RangeError(`count must be a whole number from 0 (got ${count})`)
  const random = createRandom(seed)
  const endless = contents(random)
  for (let made = 0; made < count; made += 1) {
    const isLast = made === count - 1
    const line = longLine(made, options, random) ?? (isLast ? nextNotBlank(endless) : endless.next().value)
    const start = made === 0 && options.byteOrderMark ? '\ufeff' : ''
    const end = isLast ? '' : random.chance(0.05) ? '\r\n' : '\n'
    yield typeof line === 'string' ? start + line + end : Buffer.concat([Buffer.from(start), line, Buffer.from(end)])
  }
}

/**
 * Lines for ever, without line ends.
 *
 * @param {Random} random
 * @returns {Generator<string | Buffer, never, undefined>}
 */
function* contents(random) {
  /** @type {Attempt[]} */
  const remembered = []
  for (const attempt of attempts(random)) {
    if (random.chance(0.01)) yield random.pick(blanks)
    // Half of the faulty lines come before a good one with the same id, which must still be the first.
    if (random.chance(0.02)) yield malform(attempt, random)
    if (random.chance(0.02)) yield malform({ ...attempt, id: `5${random.below(100_000_000)}` }, random)
    yield writeLine(attempt, random)

    remember(attempt, remembered, random)
    if (random.chance(0.04)) yield writeLine(random.pick(remembered), random)
    if (random.chance(0.02)) yield writeLine(conflictWith(random.pick(remembered), random), random)
  }
  throw new Error('attempts never end')
}

/**
 * Keeps some attempts of all ages: the youngest takes the place of any.
 * @param {Attempt} attempt
 * @param {Attempt[]} remembered
 * @param {Random} random
 */
function remember(attempt, remembered, random) {
  if (remembered.length < rememberedAttempts) remembered.push(attempt)
  else remembered[random.below(rememberedAttempts)] = attempt
}

/**
 * The same id with something else changed, at times by the least that counts.
 * @param {Attempt} attempt
 * @param {Random} random
 * @returns {Attempt}
 */
function conflictWith(attempt, random) {
  switch (random.below(5)) {
    case 0:
      return { ...attempt, customerId: `${100 + random.below(50)}` }
    case 1:
      return { ...attempt, customerId: `0${attempt.customerId}`.replace('0-', '').slice(-15) }
    case 2:
      return { ...attempt, cents: attempt.cents === 0 ? 1 : attempt.cents - 1 }
    case 3:
      return { ...attempt, instantMs: attempt.instantMs + 1 }
    default:
      return { ...attempt, cents: random.below(100_000), instantMs: attempt.instantMs + random.below(86_400_000) }
  }
}

/** @param {Generator<string | Buffer, never, undefined>} endless */
function nextNotBlank(endless) {
  for (;;) {
    const line = endless.next().value
    if (typeof line !== 'string' || line.trim() !== '') return line
  }
}

/**
 * A line longer than the limit, then one of exactly the limit, at the places meant for them.
 *
 * @param {number} made how many lines there are already
 * @param {LinesOptions} options
 * @param {Random} random
 */
function longLine(made, options, random) {
  const place = made % overLongEvery
  if (place === overLongFirst || (options.overLong && made === overLongForced)) {
    return random.chance(0.2) ? ' '.repeat(maxLineBytes + 1) : paddedLine(made, maxLineBytes + 1 + random.below(100))
  }
  if (place === overLongFirst + 1 || (options.overLong && made === overLongForced + 1)) {
    return paddedLine(made, maxLineBytes)
  }
  return undefined
}

/**
 * A good line of so many bytes.
 * @param {number} made
 * @param {number} bytes
 */
function paddedLine(made, bytes) {
  const fields = `"id":"6${made}0","customer_id":"900007","load_amount":"$1.00","time":"2000-01-01T00:00:00Z"`
  const start = `{${fields},"note":"`
  return `${start}${'x'.repeat(bytes - start.length - 2)}"}`
}

/** @param {{ seed: number, count: number, output: string, options: LinesOptions }} job */
async function run({ seed, count, output, options }) {
  const toStandardOutput = output === '-'
  const target = toStandardOutput ? process.stdout : createWriteStream(output)
  try {
    await pipeline(blocks(lines(seed, count, options)), target, { end: !toStandardOutput })
  } catch (error) {
    // Whoever reads the pipe has seen enough: `generate.mjs … | head`.
    if (!(toStandardOutput && error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error
  }
}

/**
 * Joins lines into pieces worth writing.
 * @param {Iterable<string | Buffer>} parts
 */
function* blocks(parts) {
  let block = ''
  for (const part of parts) {
    if (typeof part === 'string') block += part
    if (typeof part === 'string' && block.length < blockLength) continue
    if (block !== '') yield block
    block = ''
    if (typeof part !== 'string') yield part
  }
  if (block !== '') yield block
}

/** @param {string[]} args */
function readArguments(args) {
  const { values } = parseArgs({
    args,
    options: {
      lines: { type: 'string' },
      seed: { type: 'string', default: '1' },
      output: { type: 'string', default: '-' },
      'over-long': { type: 'boolean', default: false },
      bom: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return undefined
  const count = wholeNumber('--lines', values.lines)
  const seed = wholeNumber('--seed', values.seed)
  return { seed, count, output: values.output, options: { overLong: values['over-long'], byteOrderMark: values.bom } }
}

/**
 * @param {string} name
 * @param {string | undefined} text
 */
function wholeNumber(name, text = '') {
  const value = Number(text)
  if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new TypeError(`${name} must be a whole number (got ${JSON.stringify(text)})`)
  }
  return value
}

async function main() {
  /** @type {ReturnType<typeof readArguments>} */
  let job
  try {
    job = readArguments(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    process.exitCode = 2
    return
  }
  if (job) await run(job)
  else process.stdout.write(usage)
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main()
