import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Reason, Scenario, Windows } from '../oracle/oracle.mjs'
import { decideAll, splitLines } from '../oracle/oracle.mjs'
import type { LinesOptions } from './generate.mjs'
import { lines } from './generate.mjs'

const program = fileURLToPath(new URL('generate.mjs', import.meta.url))
const oracle = fileURLToPath(new URL('../oracle/oracle.mjs', import.meta.url))
const data = fileURLToPath(new URL('../data/', import.meta.url))

function bytesOf(seed: number, count: number, options?: LinesOptions): Buffer {
  return Buffer.concat([...lines(seed, count, options)].map((line) => Buffer.from(line)))
}

function countBy(items: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[item] = (counts[item] ?? 0) + 1
  return counts
}

function windowsOf(scenario: Scenario, input: Iterable<string | Buffer>): Windows {
  const decisions = decideAll(input, scenario)
  let step = decisions.next()
  while (!step.done) step = decisions.next()
  return step.value
}

const outcomes: readonly Reason[] = [
  ...(['ACCEPTED', 'REPLAY', 'CONFLICT', 'DAILY_COUNT', 'DAILY_AMOUNT', 'WEEKLY_AMOUNT'] as const),
  ...(['UTF8_INVALID', 'MALFORMED_JSON', 'NOT_AN_OBJECT', 'ID_INVALID', 'CUSTOMER_ID_INVALID'] as const),
  ...(['AMOUNT_INVALID', 'TIME_INVALID', 'LINE_TOO_LONG'] as const),
]

describe('lines', () => {
  it('gives the same bytes for the same seed', () => {
    expect(bytesOf(7, 3000).equals(bytesOf(7, 3000))).toBe(true)
  })

  it('gives other bytes for another seed, also where only the high half differs', () => {
    const digests = [1, 2, 1 + 2 ** 32].map((seed) => createHash('sha256').update(bytesOf(seed, 100)).digest('hex'))
    expect(new Set(digests).size).toBe(3)
  })

  it('begins longer data with the same lines', () => {
    expect(bytesOf(3, 2000).subarray(0, 50_000).equals(bytesOf(3, 1000).subarray(0, 50_000))).toBe(true)
  })

  it.each([0, 1, 2, 1000])('makes %i lines, the last one without line end', (count) => {
    const made = [...lines(5, count)].map((line) => Buffer.from(line))
    expect(made.map((line) => line.at(-1) === 0x0a)).toEqual(made.map((_, index) => index < count - 1))
    expect(made).toHaveLength(count)
    expect([...splitLines(made)]).toHaveLength(count)
  })

  it.each([-1, 1.5, Number.NaN, 2 ** 53])('refuses %d as a seed or a count', (bad) => {
    expect(() => lines(bad, 1).next()).toThrow(RangeError)
    expect(() => lines(1, bad).next()).toThrow(RangeError)
  })

  it('has CRLF, LF, blank lines and numbers as ids', () => {
    const text = bytesOf(1, 2000).toString('latin1')
    expect([/[^\r]\n/, /[^\r]\r\n/, /\n\r?\n/, /\n[ \t]+\r?\n/, /"id":\d/].map((form) => form.test(text))).toEqual([
      ...[true, true, true, true, true],
    ])
  })

  it('puts in a byte-order mark and over-long lines when asked to', () => {
    const split = [...splitLines([bytesOf(1, 10, { byteOrderMark: true, overLong: true })])]
    const plain = [...splitLines([bytesOf(1, 10)])]
    expect(bytesOf(1, 10, { byteOrderMark: true }).subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]))
    expect(split.slice(0, 2)).toEqual(plain.slice(0, 2))
    expect(split.map(({ length }) => length > 1_048_576)).toEqual(split.map((_, index) => index === 2))
    expect(split[3]?.length).toBe(1_048_576)
  })
})

describe('what the oracle says of 20,000 lines', () => {
  const reasons = new Map<Scenario, Record<string, number>>()
  beforeAll(() => {
    const made = [...lines(1, 20_000, { overLong: true })]
    reasons.set('baseline', countBy([...decideAll(made, 'baseline')].map(({ reason }) => reason)))
    reasons.set('experiment', countBy([...decideAll(made, 'experiment')].map(({ reason }) => reason)))
  })

  it('has every reason of the baseline', () => {
    expect(Object.keys(reasons.get('baseline') ?? {}).sort()).toEqual([...outcomes].sort())
  })

  it('has every reason of the experiment', () => {
    const expected = [...outcomes, 'PRIME_AMOUNT', 'PRIME_QUOTA'].sort()
    expect(Object.keys(reasons.get('experiment') ?? {}).sort()).toEqual(expected)
  })

  it.each<[Reason, number, number]>([
    ['ACCEPTED', 0.4, 0.75],
    ['DAILY_COUNT', 0.05, 0.2],
    ['DAILY_AMOUNT', 0.05, 0.25],
    ['WEEKLY_AMOUNT', 0.01, 0.1],
    ['PRIME_QUOTA', 0.02, 0.1],
    ['PRIME_AMOUNT', 0.002, 0.05],
    ['REPLAY', 0.02, 0.06],
    ['CONFLICT', 0.01, 0.04],
    ['UTF8_INVALID', 0.001, 0.01],
  ])('has a sensible share of %s', (reason, least, most) => {
    const share = (reasons.get('experiment')?.[reason] ?? 0) / 20_000
    expect(share).toBeGreaterThan(least)
    expect(share).toBeLessThan(most)
  })

  it('fills days to exactly 5,000.00 and weeks to exactly 20,000.00', () => {
    const { customer_days, customer_weeks, prime_days } = windowsOf('experiment', lines(1, 20_000))
    expect(customer_days.filter(({ accepted_cents }) => accepted_cents === 500_000).length).toBeGreaterThan(50)
    expect(customer_weeks.filter(({ accepted_cents }) => accepted_cents === 2_000_000).length).toBeGreaterThan(2)
    expect(prime_days.length).toBeGreaterThan(30)
  })
})

describe('generate.mjs', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'generate-'))
  })
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  it('writes the same bytes to a file and to standard output', () => {
    const file = join(folder, 'data.ndjson')
    execFileSync(process.execPath, [program, '--lines', '3000', '--seed', '9', '--output', file])
    const printed = execFileSync(process.execPath, [program, '--lines', '3000', '--seed', '9'])
    expect(readFileSync(file).equals(bytesOf(9, 3000))).toBe(true)
    expect(printed.equals(bytesOf(9, 3000))).toBe(true)
  })

  it.each([
    [[], '--lines must be a whole number (got "")'],
    [['--lines', '-1'], "Option '--lines' argument is ambiguous."],
    [['--lines', '1e3'], '--lines must be a whole number (got "1e3")'],
    [['--lines', '1', '--seed', 'x'], '--seed must be a whole number (got "x")'],
  ])('refuses %j with exit code 2', (args, message) => {
    const { status, stderr } = spawnSync(process.execPath, [program, ...args])
    expect([status, stderr.toString().split('\n')[0]]).toEqual([2, message])
  })
})

describe('the sample', () => {
  it('is what the generator makes', () => {
    expect(readFileSync(join(data, 'sample.ndjson')).equals(bytesOf(1, 5000))).toBe(true)
  })

  it.each(['baseline', 'experiment'])('has the answers the oracle gives, %s', (scenario) => {
    const input = join(data, 'sample.ndjson')
    const answers = execFileSync(process.execPath, [oracle, '--scenario', scenario, '--input', input, '--output', '-'])
    expect(answers.equals(readFileSync(join(data, `sample.${scenario}.expected.ndjson`)))).toBe(true)
  })
})
