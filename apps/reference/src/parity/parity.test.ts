import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { compareFiles } from './compare-files.js'
import { answeredLine } from './input-line.js'
import { parity } from './parity.js'
import { isIdentical, parityText } from './parity-text.js'
import { variants } from './variants.js'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-parity-test-'))
})

afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

describe('parity', () => {
  it('PARITY-05 plain, frozen and serialised, both scenarios give the oracle’s bytes', async () => {
    const attempt = (id: number, amount: string) =>
      `{"id":"${id}","customer_id":"7","load_amount":"${amount}","time":"2000-01-03T00:00:0${id}Z"}`
    const lines = [attempt(1, '$3000.00'), attempt(2, '$3000.00'), 'not JSON', attempt(3, '$1.00'), attempt(3, '$1.00')]
    const heard: string[] = []
    const rows = await parity({
      input: await file('input.ndjson', lines.join('\n')),
      variants: variants.filter(({ profile }) => profile === 'memory'),
      done: (row) => heard.push(row.variant),
    })
    expect(rows.map(({ comparison }) => comparison.outcome)).toEqual(Array.from({ length: 6 }, () => 'identical'))
    expect(rows.map(({ report }) => [report.lines, report.accepted])).toEqual([
      ...Array.from({ length: 3 }, () => [5, 2]),
      ...Array.from({ length: 3 }, () => [5, 1]),
    ])
    expect(heard.length).toBe(6)
    expect(parityText(rows)).toContain(
      'The outputs are identical: all 6, byte for byte, and to the oracle’s.'.replace('’', "'"),
    )
  })

  it('says which line differs first, and that the outputs do', async () => {
    const comparison = await compareFiles(await file('one', 'a\nb\nc\n'), await file('other', 'a\nB\nc\n'))
    expect(comparison).toMatchObject({ outcome: 'different', line: 2, expected: 'b', got: 'B' })
    const report = { lines: 3, accepted: 1, declined: {}, malformed: {} }
    const answers = await answeredLine(await file('answered', '{}\n \t\n[]\n\n{}'), 2)
    const rows = [{ scenario: 'baseline', variant: 'memory', report, seconds: 1, comparison, answers }] as const
    expect(isIdentical(rows)).toBe(false)
    expect(parityText(rows)).toContain(
      'baseline, memory: line 2 differs\n  expected b\n  got      B\n  answers  line 3 of the input: []\n\n1 of 1 outputs differ',
    )
  })

  it.each([
    [1, { number: 2, text: 'LINE_TOO_LONG' }],
    [2, { number: 3, text: '7' }],
    [3, undefined],
  ])('finds what line %d of the output answers', async (answer, line) => {
    expect(await answeredLine(await file('long-line', `\n${'x'.repeat(2 ** 20 + 1)}\n7\r\n\n`), answer)).toEqual(line)
  })

  it('finds a line that is missing at the end', async () => {
    const comparison = await compareFiles(await file('long', 'a\nb\n'), await file('short', 'a\n'))
    expect(comparison).toMatchObject({ outcome: 'different', line: 2, expected: 'b', got: undefined })
  })
})
