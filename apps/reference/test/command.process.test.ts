import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { expectedOutput, kept, runLimited, runReference, startReference } from './run-reference.js'
import { temporaryFolder } from './temporary-folder.js'
import { waitForBytes } from './wait-for-bytes.js'
import { writeGenerated } from './write-generated.js'

const folder = temporaryFolder()
const input = join(folder, 'in')
writeGenerated(input, { seed: 5, lines: 6000 })
const output = (name: string) => join(folder, name)
const run = (...args: readonly string[]) => runReference('run', '--scenario', 'experiment', ...args)

describe('reference run', () => {
  it('decides a file and says what became of the lines', async () => {
    const { code, stdout, stderr } = await run('--input', input, '--output', output('plain'))
    const expected = expectedOutput(input, 'experiment')
    const accepted = expected.split('\n').filter((line) => line.endsWith('true}')).length
    expect([code, stdout, readFileSync(output('plain'), 'utf8') === expected]).toEqual([0, '', true])
    expect(stderr).toMatch(
      new RegExp(`^lines +5,\\d{3}\naccepted +${accepted.toLocaleString('en-GB')}\ndeclined .*lines/s\n$`, 's'),
    )
  })

  it('writes the summary as JSON, and nothing else, when it is asked to', async () => {
    const { code, stdout, stderr } = await run('--input', input, '--output', output('json'), '--json', '--quiet')
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toEqual({
      scenario: 'experiment',
      profile: 'memory',
      input,
      output: output('json'),
      lines: expectedOutput(input, 'experiment').split('\n').length - 1,
      accepted: expect.any(Number),
      declined: expect.objectContaining({ REPLAY: expect.any(Number) }),
      malformed: expect.objectContaining({ UTF8_INVALID: expect.any(Number) }),
      seconds: expect.any(Number),
      lines_per_second: expect.any(Number),
    })
  })

  it('stands in a pipe', async () => {
    const { child, ended } = startReference('run', '--scenario', 'baseline', '--input', '-', '--output', '-', '--quiet')
    child.stdin.end(readFileSync(input))
    expect(await ended).toEqual({ code: 0, signal: null, stdout: expectedOutput(input, 'baseline'), stderr: '' })
  })

  it('answers a last line that has no line end', async () => {
    const attempts = '{"id":"1","customer_id":"2","load_amount":"$3","time":"1970-01-01T00:00:00Z"}\n'.repeat(2)
    const { child, ended } = startReference('run', '--scenario', 'baseline', '--input', '-', '--output', '-', '--quiet')
    child.stdin.end(attempts.slice(0, -1))
    expect((await ended).stdout).toBe(
      '{"id":"1","customer_id":"2","accepted":true}\n{"id":"1","customer_id":"2","accepted":false}\n',
    )
  })

  it('answers a slow pipe line by line', async () => {
    const { child, ended } = startReference('run', '--scenario', 'baseline', '--input', '-', '--output', '-', '--quiet')
    child.stdin.write('{"id":"1","customer_id":"2","load_amount":"$3","time":"1970-01-01T00:00:00Z"}\n')
    const [answer] = await once(child.stdout, 'data')
    child.stdin.end()
    expect([String(answer), (await ended).code]).toEqual(['{"id":"1","customer_id":"2","accepted":true}\n', 0])
  })

  it('ends clearly on a full disk', async () => {
    expect(await run('--input', input, '--output', '/dev/full')).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr:
        'SINK_FAILED: cannot write the output /dev/full, because the disk is full (ENOSPC). Free some space\n  caused by: Error: ENOSPC: no space left on device, write\n',
    })
  })

  it('leaves whole lines where a file may not grow, and goes on from there', async () => {
    const path = output('limited')
    const { code, stderr } = await runLimited(
      100,
      'run',
      '--scenario',
      'experiment',
      '--input',
      input,
      '--output',
      path,
    )
    const [part, expected] = [readFileSync(`${path}.part`, 'utf8'), expectedOutput(input, 'experiment')]
    expect([code, expected.startsWith(part), part.endsWith('}\n'), stderr]).toEqual([
      1,
      true,
      true,
      `SINK_FAILED: cannot write ${path}.part, because it would exceed the largest size allowed (EFBIG). Raise the limit of the shell (ulimit -f) or choose another place\n  caused by: Error: EFBIG: file too large, write\n${kept(`${path}.part`)}\n`,
    ])
    const resumed = await run('--input', input, '--output', path, '--resume', '--quiet')
    expect([resumed.code, readFileSync(path, 'utf8') === expected]).toEqual([0, true])
  })

  it('says that the reader of its output has gone', async () => {
    const { child, ended } = startReference('run', '--scenario', 'baseline', '--input', '-', '--output', '-')
    child.stdout.destroy()
    child.stdin.end(readFileSync(input))
    expect(await ended).toMatchObject({
      code: 1,
      stderr:
        'SINK_FAILED: cannot write to standard output, because its reader has gone away (EPIPE). Keep the reading program open until the end\n  caused by: Error: write EPIPE\n',
    })
  })

  it.each([
    [
      'a missing input',
      ['--input', 'none', '--output', 'x'],
      1,
      /^SOURCE_FAILED: cannot read the input none, because it, or its folder, does not exist/,
    ],
    [
      'a missing folder for the output',
      ['--input', input, '--output', 'none/x'],
      3,
      /^BOOT_START_FAILED: sink 'write' could not be opened, so nothing has run: .*cannot open none\/x\.part, because it, or its folder, does not exist/,
    ],
  ])('refuses %s with what to do', async (_, args, code, message) => {
    const ended = await run(...args)
    expect([ended.code, ended.stdout, ended.stderr]).toEqual([code, '', expect.stringMatching(message)])
  })

  it('prints an error as JSON too when it is asked to', async () => {
    const { code, stdout } = await run('--input', 'none', '--output', 'x', '--json')
    expect([code, JSON.parse(stdout)]).toEqual([
      1,
      {
        error: {
          code: 'SOURCE_FAILED',
          message: expect.stringMatching(/^SOURCE_FAILED: /),
          facts: { node: 'read', errno: 'ENOENT' },
        },
      },
    ])
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: what was read is decided and kept, and the exit code is %d', async (signal, exitCode) => {
    const path = output(signal)
    const { child, ended } = startReference('run', '--scenario', 'baseline', '--input', '-', '--output', path)
    child.stdin.write(readFileSync(input))
    await waitForBytes(`${path}.part`, 1)
    child.kill(signal)
    const { code, stderr } = await ended
    const [part, expected] = [readFileSync(`${path}.part`, 'utf8'), expectedOutput(input, 'baseline')]
    expect([code, stderr, existsSync(path), expected.startsWith(part), part.endsWith('}\n')]).toEqual([
      exitCode,
      `${signal}: finishing what is in flight, then stopping; once more stops at once\n${kept(`${path}.part`)}\n`,
      false,
      true,
      true,
    ])
  })
})

describe('reference run, told to end twice', () => {
  it('ends at once although its reader has stalled', async () => {
    const { child, ended } = startReference('run', '--scenario', 'baseline', '--input', '-', '--output', '-')
    child.once('exit', () => child.stdout.resume())
    child.stdin.write(readFileSync(input))
    await once(child.stdout, 'data')
    child.stdout.pause()
    await feedUntilStalled(child.stdin, Buffer.concat(Array.from({ length: 20 }, () => readFileSync(input))))
    child.kill('SIGINT')
    await once(child.stderr, 'data')
    child.kill('SIGINT')
    expect(await ended).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/^SIGINT: finishing .*\nstopped by force: what was in flight is lost\n$/),
    })
  })
})

describe('reference generate', () => {
  it('writes the same bytes for the same seed', async () => {
    const path = output('generated')
    const { code } = await runReference('generate', '--lines', '6000', '--seed', '5', '--output', path)
    expect([code, readFileSync(path).equals(readFileSync(input))]).toEqual([0, true])
  })

  it('passes on that the generator has failed', async () => {
    expect((await runReference('generate', '--lines', 'many')).code).not.toBe(0)
  })
})

/** Feeds a child piece by piece until it does not take one for a while. */
async function feedUntilStalled(stdin: Writable, bytes: Buffer): Promise<void> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, n) =>
    bytes.subarray(n * 65_536, (n + 1) * 65_536),
  )
  for (const piece of pieces) {
    const taken = new Promise((resolve) => stdin.write(piece, resolve))
    if ((await Promise.race([taken, setTimeout(3000, 'stalled')])) === 'stalled') return
  }
  throw new Error('the child took all it was fed')
}
