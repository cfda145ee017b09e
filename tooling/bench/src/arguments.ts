import { parseArgs } from 'node:util'
import type { Bench } from './harness/bench.js'

/** What the command line has asked for. */
export interface BenchArguments {
  readonly bench: Bench
  readonly parts: readonly string[]
  readonly rounds: number
  readonly lines: number
  /** Where the results go; undefined for a file of their own. */
  readonly json: string | undefined
}

const options = {
  rounds: { type: 'string', default: '5' },
  lines: { type: 'string' },
  only: { type: 'string', multiple: true },
  json: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

/**
 * Reads the arguments of `pnpm bench`.
 *
 * @returns undefined when help was asked for, or nothing at all
 * @throws RangeError saying what is wrong and what is allowed
 */
export function benchArguments(args: readonly string[], benches: readonly Bench[]): BenchArguments | undefined {
  const { values, positionals } = parse(args)
  const [name, ...surplus] = positionals
  if (values.help || name === undefined) return undefined
  if (surplus.length > 0) throw new RangeError(`one bench at a time: ${name}, or ${surplus.join(', ')}`)
  const bench = benches.find((candidate) => candidate.name === name)
  if (bench === undefined) throw new RangeError(`there is no bench '${name}': ${listed(benches)}`)
  return {
    bench,
    parts: partsOf(bench, values.only ?? []),
    rounds: wholeNumber('--rounds', values.rounds),
    lines: values.lines === undefined ? (bench.lines ?? 1_000_000) : wholeNumber('--lines', values.lines),
    json: values.json,
  }
}

/** What `pnpm bench --help` says. */
export function helpText(benches: readonly Bench[]): string {
  const parts = benches.flatMap(({ name, about, parts }) => [
    `  ${name.padEnd(12)}${about}`,
    ...parts.map((part) => `    ${part.name.padEnd(10)}${part.about}`),
  ])
  return [
    'pnpm bench NAME [--rounds N] [--lines N] [--only PART]… [--json FILE]',
    '',
    'Measures Millrace side by side with the same work done by plain code, and by other systems, which are installed when they',
    'are first needed. The sides run in turn, in processes of their own that are started anew and warmed up in each round.',
    'Compare ratios: absolute figures belong to the machine and to the moment.',
    '',
    '  --rounds N   rounds that count (5)',
    '  --lines N    lines of the reference job (1000000, backend 20000); memory is measured with three times as many, too,',
    '               and what a worker gains with 20000 at most',
    '  --only PART  measure only this part; may be given several times',
    '  --json FILE  where the results go (a new file in tooling/bench/results)',
    '',
    'Benches and their parts:',
    ...parts,
    '',
    'What is measured, and what is not: docs/performance.md',
  ].join('\n')
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new RangeError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function partsOf({ name, parts }: Bench, only: readonly string[]): readonly string[] {
  const known = parts.map((part) => part.name)
  for (const part of only)
    if (!known.includes(part)) throw new RangeError(`bench '${name}' has no part '${part}': ${known.join(', ')}`)
  return only.length === 0 ? known : only
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text)
  if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${option} must be a whole number from 1 (got ${JSON.stringify(text)})`)
  return value
}

function listed(benches: readonly Bench[]): string {
  return benches.map(({ name }) => name).join(', ')
}
