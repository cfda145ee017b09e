import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { callMain } from './call-main.js'
import { fixtures } from './start-millrace.js'

const home = process.cwd()
beforeAll(() => process.chdir(fixtures))
afterAll(() => process.chdir(home))

function linesOf(text: string): readonly unknown[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
}

describe('millrace run', () => {
  it('prints with --json its start and its end, and nothing else on either output', async () => {
    const { code, stdout, stderr } = await callMain(['run', 'shop.yml', '--json'])
    expect([code, stderr]).toEqual([0, ''])
    expect(linesOf(stdout)).toEqual([
      { event: 'start', summary: expect.objectContaining({ scenario: 'shop', profile: 'memory', transport: null }) },
      {
        event: 'end',
        ok: true,
        exitCode: 0,
        seconds: expect.any(Number),
        result: {
          roots: { orders: 5 },
          reports: { lines: { lines: 5 } },
          counters: expect.objectContaining({ inFlight: 0, givenUp: { dropped: 0, deadLettered: 0, unclaimed: 0 } }),
        },
      },
    ])
  })

  it('prints with --json how it failed, and with --log-json events as NDJSON', async () => {
    const { code, stdout, stderr } = await callMain(['run', 'shop.yml', 'throws-at-three.yml', '--json', '--log-json'])
    expect(code).toBe(1)
    const [, end] = linesOf(stdout)
    expect(end).toMatchObject({ ok: false, exitCode: 1, error: { code: 'NODE_FAILED', facts: { node: 'price' } } })
    const [event] = linesOf(stderr.split('\n')[0] ?? '')
    expect(event).toMatchObject({ level: 'warn', name: 'root.failed', facts: { node: 'price', code: 'NODE_FAILED' } })
  })

  it('prints with --json why it was refused', async () => {
    const { code, stdout, stderr } = await callMain(['run', 'service.yml', '--json'])
    expect([code, stderr.split(':')[0]]).toEqual([2, 'GRAPH_NO_PROVIDER'])
    expect(linesOf(stdout)).toEqual([
      { event: 'end', ok: false, exitCode: 2, error: expect.objectContaining({ code: 'GRAPH_NO_PROVIDER' }) },
    ])
  })

  it('RESUME-01 refuses to resume a run whose state was in memory', async () => {
    const { code, stdout, stderr } = await callMain(['run', 'shop.yml', '--resume'])
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      'CONFIG_INVALID: there is nothing to resume, because state in memory ends with its process; set runtime.platform.kv.backend: redis, or run anew\n',
    ])
  })

  it('shows with --verbose where it was thrown', async () => {
    const { stderr } = await callMain(['run', 'shop.yml', 'throws-at-three.yml', '--verbose', '--checks', 'every'])
    expect(stderr).toMatch(/\n {2}at .*throws-at-three\.ts:\d+:\d+\)\n/u)
    expect(stderr).not.toContain('--verbose shows')
  })

  it('tells from --log-level on what happens, in its order', async () => {
    const { stderr } = await callMain(['run', 'shop.yml', '--log-level', 'info'])
    const names = stderr.split('\n').flatMap((line) => /^\S+Z info {2}(\S+)/u.exec(line)?.[1] ?? [])
    expect(names).toEqual([
      'runtime.starting',
      'runtime.ready',
      'runtime.running',
      'source.exhausted',
      'runtime.draining',
      'runtime.stopping',
      'runtime.stopped',
    ])
  })

  it.each([
    ['entry in production', ['run'], {}, 0],
    ['every step in development', ['run'], { NODE_ENV: 'development' }, 1],
    ['every step where it is asked for', ['run', '--checks', 'every'], {}, 1],
    ['entry where it is asked for', ['run', '--checks=entry'], { NODE_ENV: 'development' }, 0],
  ])('validates and freezes payloads at %s', async (_where, args, env, exitCode) => {
    const { code, stderr } = await callMain([...args, 'shop.yml', 'changes-its-input.yml'], env)
    expect([code, stderr.includes("Cannot assign to read only property 'n'")]).toEqual([exitCode, exitCode === 1])
  })

  it('shows no control characters of names and reports', async () => {
    const { stderr } = await callMain(['run', 'shop.yml', 'reports-colours.yml'])
    expect(stderr).toContain('scenario    \\u001b[31mshop\n')
    expect(stderr).toContain('colours: last \\u001b[31mred\n')
    const { stdout } = await callMain(['check', 'shop.yml', 'reports-colours.yml'])
    expect(stdout).toContain('scenario    \\u001b[31mshop\n')
  })

  it('refuses to run what has no source and takes no requests', async () => {
    const { code, stderr } = await callMain(['run', 'empty.yml'])
    expect([code, stderr.split('\n').slice(-2)]).toEqual([
      2,
      [
        'CONFIG_INVALID: there is nothing to run: no source is active, and nothing takes requests; configure a source under adapters',
        '',
      ],
    ])
  })
})
