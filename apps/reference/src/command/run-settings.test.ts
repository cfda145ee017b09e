import { linkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { temporaryFolder } from '../../test/temporary-folder.js'
import { runSettings } from './run-settings.js'

const folder = temporaryFolder()
const input = join(folder, 'in')
const hardLink = join(folder, 'link')
const inputOfPart = join(folder, 'out.part')
writeFileSync(input, '')
writeFileSync(inputOfPart, '')
linkSync(input, hardLink)

const complete = ['--scenario', 'baseline', '--input', input, '--output', join(folder, 'out')]

describe('runSettings', () => {
  it('fills in what may be left out', () => {
    expect(runSettings(complete)).toEqual({
      scenario: 'baseline',
      profile: 'memory',
      workers: undefined,
      hashRounds: 0,
      input,
      output: join(folder, 'out'),
      resume: false,
      json: false,
      quiet: false,
    })
  })

  it('takes dashes, numbers and zeros as they are written', () => {
    expect(
      runSettings(['--scenario=experiment', '--input', '-', '--output=007', '--resume', '--json', '--quiet']),
    ).toEqual({
      scenario: 'experiment',
      profile: 'memory',
      workers: undefined,
      hashRounds: 0,
      input: '-',
      output: '007',
      resume: true,
      json: true,
      quiet: true,
    })
  })

  it('takes workers and work', () => {
    expect(runSettings([...complete, '--profile', 'tcp_local', '--workers', '4', '--hash-rounds=2000'])).toMatchObject({
      profile: 'tcp_local',
      workers: 4,
      hashRounds: 2000,
    })
  })

  it.each([
    [[], '--scenario must be one of baseline, experiment (it is missing)'],
    [['--scenario', 'Baseline'], '--scenario must be one of baseline, experiment (got "Baseline")'],
    [
      [...complete, '--profile', 'udp'],
      '--profile must be one of memory, tcp_local, tcp_local_durable, tcp_local_partitioned, zeromq_local, redis (got "udp")',
    ],
    [['--scenario', 'baseline'], '--input is missing: name a file, or give --input - for standard input'],
    [
      ['--scenario', 'baseline', '--input', '-'],
      '--output is missing: name a file, or give --output - for standard output',
    ],
    [[...complete, '--output', ''], '--output is missing: name a file, or give --output - for standard output'],
    [
      [...complete, '--output', '-', '--json'],
      '--json and --output - would both write to standard output: name a file for one of them',
    ],
    [[...complete, '--output', '-', '--resume'], '--resume needs a file: standard output keeps nothing to go on from'],
    [
      [...complete, '--output', hardLink],
      `--input and --output would be the same file, ${hardLink}: name another output`,
    ],
    [
      [...complete, '--input', inputOfPart],
      `--input and --output would be the same file, ${inputOfPart}: name another output`,
    ],
    [[...complete, '--workers', '0'], '--workers must be a whole number from 1 on (got "0")'],
    [[...complete, '--hash-rounds', ''], '--hash-rounds must be a whole number from 0 on (got "")'],
    [
      [...complete, '--workers', '2'],
      '--workers needs a profile with worker processes, such as --profile tcp_local: memory has one process',
    ],
    [[...complete, '--outptu', 'x'], "Unknown option '--outptu'"],
    [[...complete, 'x'], "Unexpected argument 'x'. This command does not take positional arguments"],
  ])('%j is refused', (args, message) => {
    expect(() => runSettings(args)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: `CONFIG_INVALID: ${message}. See pnpm reference --help`,
      }),
    )
  })
})
