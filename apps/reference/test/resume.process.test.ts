import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { expectedOutput, runReference, startReference } from './run-reference.js'
import { temporaryFolder } from './temporary-folder.js'
import { waitForBytes } from './wait-for-bytes.js'
import { writeGenerated } from './write-generated.js'

const rounds = Number(process.env.ROUNDS ?? 1)
const folder = temporaryFolder()
const input = join(folder, 'in')
writeGenerated(input, { seed: 11, lines: 30_000 })
const expected = expectedOutput(input, 'experiment')
const common = ['run', '--scenario', 'experiment', '--quiet', '--output'] as const

/** Sizes at which a run is killed, twice in each round. */
const deaths = fc
  .sample(fc.tuple(fc.integer({ min: 1, max: 500_000 }), fc.integer({ min: 1, max: 900_000 })), rounds)
  .map((bytes, round) => [round, ...bytes] as const)

/** Runs until the part has grown to so many bytes, and kills the process there. */
async function killAt(path: string, bytes: number, ...args: readonly string[]): Promise<void> {
  const { child, ended } = startReference(...common, path, '--input', '-', ...args)
  child.stdin.write(readFileSync(input)) // the end of the input stays open, so that the run cannot end before
  await waitForBytes(`${path}.part`, bytes)
  child.kill('SIGKILL')
  const { signal } = await ended
  expect([signal, existsSync(path)]).toEqual(['SIGKILL', false])
}

/** Takes the last bytes of the part away, as a crash of the whole machine would. */
function tear(path: string): void {
  truncateSync(`${path}.part`, statSync(`${path}.part`).size - 7)
}

describe('reference run --resume', () => {
  it.each(deaths)(
    'RESUME-01 round %d: killed at %d and again at %d bytes, it continues to the identical file',
    async (round, first, second) => {
      const path = join(folder, `killed.${round}`)
      await killAt(path, first)
      tear(path)
      await killAt(path, second, '--resume')
      const ended = await runReference(...common, path, '--input', input, '--resume')
      expect([ended, existsSync(`${path}.part`), readFileSync(path, 'utf8') === expected]).toEqual([
        { code: 0, signal: null, stdout: '', stderr: '' },
        false,
        true,
      ])
    },
    120_000,
  )

  it('RESUME-01 a changed input is told by the first line that differs, and the part stays as it was', async () => {
    const path = join(folder, 'changed')
    const changedInput = join(folder, 'changed.in')
    await killAt(path, 1)
    writeChanged(changedInput)
    const part = readFileSync(`${path}.part`)
    const ended = await runReference(...common, path, '--input', changedInput, '--resume')
    expect([ended.code, ended.stderr, readFileSync(`${path}.part`).equals(part)]).toEqual([
      1,
      expect.stringContaining(
        `RESUME_MISMATCH: cannot resume, because line 1 of ${path}.part is not what this run writes there`,
      ),
      true,
    ])
  }, 120_000)
})

/** Writes the input with another first line. */
function writeChanged(path: string): void {
  const lines = readFileSync(input, 'latin1').split('\n')
  writeFileSync(path, lines.with(0, '{"id":"424242424242"}').join('\n'), 'latin1')
}
