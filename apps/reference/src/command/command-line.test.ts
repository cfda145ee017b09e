import { describe, expect, it } from '@jest/globals'
import { commandLine } from './command-line.js'

async function said(...args: readonly string[]) {
  const [stdout, stderr]: [string[], string[]] = [[], []]
  const code = await commandLine(args, {
    stdout: { write: (text) => stdout.push(text) },
    stderr: { write: (text) => stderr.push(text) },
    env: {},
    on: () => undefined,
    off: () => undefined,
    exit: () => undefined,
  })
  return { code, stdout: stdout.join(''), stderr: stderr.join('') }
}

describe('commandLine', () => {
  it.each([[['--help']], [['help']], [[]], [['run', '--help']]])('%j teaches', async (args) => {
    expect(await said(...args)).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^The reference application: .*Examples\n.*pnpm reference run --scenario baseline --input/s,
      ),
      stderr: '',
    })
  })

  it.each([
    [['serv'], "CONFIG_INVALID: 'serv' is no command: use run, serve, parity or generate. See pnpm reference --help\n"],
    [
      ['run', '--scenario', 'baseline', '--input', '-', '--output', 'x', '--profile', 'udp'],
      'CONFIG_INVALID: --profile must be one of memory, tcp_local, tcp_local_durable, tcp_local_partitioned, zeromq_local, redis (got "udp"). See pnpm reference --help\n',
    ],
  ])('%j is refused with what to do', async (args, stderr) => {
    expect(await said(...args)).toEqual({ code: 2, stdout: '', stderr })
  })
})
