import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Io } from '@millrace/cli'
import { MillraceError } from '@millrace/contracts'
import { openInput } from '../ingress/input.js'
import { runProgram } from '../run-program.js'
import { withRedis } from './lent-redis.js'
import { type ParityOptions, type ParityRow, parity } from './parity.js'
import { isIdentical, parityText } from './parity-text.js'
import { type Variant, variants } from './variants.js'

/** What `reference parity` was asked for. */
export interface ParitySettings {
  /** A file, or undefined for the sample, or for generated lines. */
  readonly input: string | undefined
  /** How many lines are generated; undefined for none. */
  readonly lines: number | undefined
  readonly seed: number
  readonly json: boolean
}

/**
 * Reads the arguments of `reference parity`.
 *
 * @throws MillraceError CONFIG_INVALID, saying which argument is wrong
 */
export function paritySettings(args: readonly string[]): ParitySettings {
  const values = parsed(args)
  if (values.input !== undefined && values.lines !== undefined)
    throw refusal('--input and --lines exclude each other: compare a file, or lines that are generated')
  return {
    input: values.input,
    lines: values.lines === undefined ? undefined : whole('--lines', values.lines),
    seed: whole('--seed', values.seed),
    json: values.json,
  }
}

/**
 * Runs every variant and says whether the outputs are identical.
 *
 * @param among the variants. @default all
 * @returns the exit code: 0 when they are, else 1
 */
export async function parityCommand(
  settings: ParitySettings,
  io: Io,
  among: readonly Variant[] = variants,
): Promise<number> {
  if (settings.input !== undefined) await openInput(settings.input)
  const rows = await withInput(settings, (input) => withCarriers(among, io, (options) => parity({ input, ...options })))
  io.stdout.write(
    settings.json ? `${JSON.stringify({ identical: isIdentical(rows), rows })}\n` : `\n${parityText(rows)}`,
  )
  return isIdentical(rows) ? 0 : 1
}

/** Leaves out what there is no Redis for, and says so. */
function withCarriers<Result>(
  among: readonly Variant[],
  io: Io,
  use: (options: Pick<ParityOptions, 'variants' | 'redis' | 'done'>) => Promise<Result>,
): Promise<Result> {
  const done = (row: ParityRow): void => tell(row, io)
  const others = among.filter(({ profile }) => profile !== 'redis')
  if (others.length === among.length) return use({ variants: among, done })
  const missing = (why: string): void => void io.stderr.write(`NOT COMPARED: the profile redis, because ${why}\n`)
  return withRedis(missing, (redis) => use({ variants: redis === undefined ? others : among, redis, done }))
}

function tell({ scenario, variant, comparison, seconds }: ParityRow, { stderr }: Io): void {
  stderr.write(`${scenario}, ${variant}: ${comparison.outcome} (${seconds.toFixed(2)} s)\n`)
}

async function withInput<Result>(
  { input, lines, seed }: ParitySettings,
  use: (input: string) => Promise<Result>,
): Promise<Result> {
  if (lines === undefined) return use(input ?? sample)
  const folder = await mkdtemp(join(tmpdir(), 'millrace-input-'))
  try {
    const generated = join(folder, 'input.ndjson')
    await generate(['--lines', String(lines), '--seed', String(seed), '--output', generated])
    return await use(generated)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const sample = fileURLToPath(new URL('../../data/sample.ndjson', import.meta.url))

async function generate(args: readonly string[]): Promise<void> {
  const code = await runProgram('generator', args, ['ignore', 'ignore', 'inherit'])
  if (code !== 0) throw new MillraceError('NODE_FAILED', `the generator ended with exit code ${code}`)
}

function parsed(args: readonly string[]) {
  try {
    const options = {
      input: { type: 'string' },
      lines: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    } as const
    return parseArgs({ args: [...args], options, strict: true }).values
  } catch (error) {
    throw refusal((error as Error).message) // parseArgs throws errors and nothing else
  }
}

function whole(option: string, given: string): number {
  const value = Number(given)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw refusal(`${option} must be a whole number (got ${JSON.stringify(given)})`)
}

function refusal(detail: string): MillraceError {
  return new MillraceError('CONFIG_INVALID', `${detail}. See pnpm reference --help`)
}
