import { describe, expect, it } from '@jest/globals'
import { executeStage } from './execute-stage.js'
import { summary } from './report-text.js'
import { type RunTools, runStages, selectStages } from './run-stages.js'
import type { Stage } from './stage.js'

function stage(name: string, needs: readonly string[] = []): Stage {
  return { name, about: name, needs, commands: [] }
}

const stages = [stage('install'), stage('build', ['install']), stage('pack', ['build']), stage('tests', ['install'])]

/** Every stage takes two seconds; those named fail. */
function tools(failing: readonly string[]): RunTools {
  let now = 0
  return {
    execute: async ({ name }) => !failing.includes(name),
    clock: () => {
      now += 2
      return now
    },
    started: () => undefined,
    ended: () => undefined,
  }
}

describe('runStages', () => {
  it('goes on after a failure and leaves out only what needs the failed stage', async () => {
    const results = await runStages(stages, tools(['build']))
    expect(results.map(({ stage, ending }) => [stage.name, ending])).toEqual([
      ['install', 'passed'],
      ['build', 'failed'],
      ['pack', 'skipped'],
      ['tests', 'passed'],
    ])
    expect(summary(results).split('\n')).toEqual([
      '✓ install        2.0 s',
      '✗ build          2.0 s',
      '– pack           0.0 s  needs build',
      '✓ tests          2.0 s',
      'not passed: build, pack (6 s)',
    ])
  })

  it('says that all passed', async () => {
    expect(summary(await runStages(stages, tools([])))).toMatch(/all stages passed \(8 s\)$/)
  })
})

describe('selectStages', () => {
  it('adds what the named stages need, in the order of the list', () => {
    expect(selectStages(stages, ['pack']).map(({ name }) => name)).toEqual(['install', 'build', 'pack'])
  })

  it('refuses an unknown name', () => {
    expect(() => selectStages(stages, ['lunch'])).toThrow(
      new RangeError('no stage is called lunch; there are: install, build, pack, tests'),
    )
  })
})

describe('executeStage', () => {
  const settings = { cwd: process.cwd(), env: process.env, signal: new AbortController().signal }
  const print = (text: string, code: number): readonly [string, ...string[]] => [
    process.execPath,
    '-e',
    `console.error(${JSON.stringify(text)}); process.exit(${code})`,
  ]

  it('runs commands until one fails and keeps what they print', async () => {
    const failing = { ...stage('two'), commands: [print('one', 0), print('two', 3), print('three', 0)] }
    expect(await executeStage(failing, settings)).toEqual({ passed: false, output: 'one\ntwo\n' })
  })

  it('ends a command, and what it started, when it takes too long', async () => {
    const hanging = { ...stage('hang'), commands: [['sh', '-c', 'sleep 600 & echo started; wait'] as const] }
    const { passed, output } = await executeStage(hanging, { ...settings, signal: AbortSignal.timeout(500) })
    expect(passed).toBe(false)
    expect(output).toContain('started\n\nsh was ended by SIGKILL: TimeoutError')
  })

  it('fails when a program does not exist', async () => {
    const missing = { ...stage('none'), commands: [['no-such-program-anywhere'] as const] }
    expect((await executeStage(missing, settings)).output).toContain('could not be started')
  })
})
