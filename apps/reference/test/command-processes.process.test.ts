import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, jest } from '@jest/globals'
import { expectedOutput, kept, runReference, startReference } from './run-reference.js'
import { temporaryFolder } from './temporary-folder.js'
import { waitForBytes } from './wait-for-bytes.js'
import { writeGenerated } from './write-generated.js'

jest.setTimeout(300_000)

const folder = temporaryFolder()
const input = join(folder, 'in')
writeGenerated(input, { seed: 5, lines: 6000 })
const common = ['run', '--scenario', 'baseline', '--profile', 'tcp_local', '--workers', '1'] as const

describe('reference run --profile tcp_local', () => {
  it('stands in a pipe: a worker reads standard input, another one writes standard output', async () => {
    const { child, ended } = startReference(...common, '--input', '-', '--output', '-', '--quiet')
    child.stdin.end(readFileSync(input))
    expect(await ended).toEqual({ code: 0, signal: null, stdout: expectedOutput(input, 'baseline'), stderr: '' })
  })

  it('ends clearly on a full disk', async () => {
    const { code, stdout, stderr } = await runReference(...common, '--input', input, '--output', '/dev/full')
    expect([code, stdout, stderr]).toEqual([
      1,
      '',
      expect.stringMatching(/^SINK_FAILED: .* in node 'write' in worker egress#1/),
    ])
  })

  it('SIGTERM: what was read is decided and kept, and --resume goes on from there', async () => {
    const path = join(folder, 'stopped')
    const { child, ended } = startReference(...common, '--input', '-', '--output', path)
    child.stdin.write(readFileSync(input))
    await waitForBytes(`${path}.part`, 1)
    child.kill('SIGTERM')
    const { code, stderr } = await ended
    const [part, expected] = [readFileSync(`${path}.part`, 'utf8'), expectedOutput(input, 'baseline')]
    expect([code, stderr, existsSync(path), expected.startsWith(part), part.endsWith('}\n')]).toEqual([
      143,
      `SIGTERM: finishing what is in flight, then stopping; once more stops at once\n${kept(`${path}.part`)}\n`,
      false,
      true,
      true,
    ])
    const resumed = await runReference(...common, '--input', input, '--output', path, '--resume', '--quiet')
    expect([resumed, readFileSync(path, 'utf8') === expected]).toEqual([
      { code: 0, signal: null, stdout: '', stderr: '' },
      true,
    ])
  })

  it('refuses to divide the quota of the experiment', async () => {
    const profile = ['--scenario', 'experiment', '--profile', 'tcp_local_partitioned'] as const
    const { code, stderr } = await runReference('run', ...profile, '--input', input, '--output', join(folder, 'never'))
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^PLACEMENT_SHARED_STATE: /)])
  })
})
