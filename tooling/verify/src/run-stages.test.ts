import { describe, expect, it } from '@jest/globals'
import { executeStage } from './execute-stage.js'
import { summary } from './report-text.js'
import { type RunTools, runStages, selectStages } from './run-stages.js'
import type { Stage } from './stage.js'

function stage(name: string, needs: readonly string[] = [], cores: Stage['cores'] = 'one'): Stage {
  return { name, about: name, needs, commands: [], cores }
}

const stages = [stage('install'), stage('build', ['install']), stage('pack', ['build']), stage('tests', ['install'])]

/** One stage at a time; every one takes two seconds, and those named fail. */
function tools(failing: readonly string[]): RunTools {
  let now = 0
  return {
    cores: 1,
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
    expect(summary(results, 6).split('\n')).toEqual([
      '✓ install        2.0 s',
      '✗ build          2.0 s',
      '– pack           0.0 s  needs build',
      '✓ tests          2.0 s',
      'not passed: build, pack (6 s)',
    ])
  })

  it('says that all passed', async () => {
    expect(summary(await runStages(stages, tools([])), 8)).toMatch(/all stages passed \(8 s\)$/)
  })
})

/** Stages on two cores that end when the test says so. `said` is what began and what ended, in order. */
function onTwoCores(list: readonly Stage[]) {
  const said: string[] = []
  const ends = new Map<string, (passed: boolean) => void>()
  const run = runStages(list, {
    ...tools([]),
    cores: 2,
    execute: ({ name }) => new Promise((resolve) => ends.set(name, resolve)),
    started: ({ name }) => said.push(`${name} begins`),
    ended: ({ stage, ending }) => said.push(`${stage.name} ${ending}`),
  })
  const end = async (name: string, passed = true): Promise<readonly string[]> => {
    ends.get(name)?.(passed)
    await new Promise(setImmediate)
    return said.splice(0)
  }
  return { run, end }
}

describe('stages side by side', () => {
  it('runs as many as there are cores, each as soon as there is room and what it needs has ended', async () => {
    const { run, end } = onTwoCores([stage('a'), stage('b', ['a']), stage('c'), stage('d')])
    expect(await end('nothing')).toEqual(['a begins', 'c begins'])
    expect(await end('c')).toEqual(['c passed', 'd begins'])
    expect(await end('a')).toEqual(['a passed', 'b begins'])
    expect(await end('b')).toEqual(['b passed'])
    expect(await end('d')).toEqual(['d passed'])
    expect((await run).map(({ stage }) => stage.name)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('runs alone what uses all cores, and lets nothing overtake it', async () => {
    const { run, end } = onTwoCores([stage('a'), stage('all', [], 'all'), stage('b'), stage('c')])
    expect(await end('nothing')).toEqual(['a begins'])
    expect(await end('a')).toEqual(['a passed', 'all begins'])
    expect(await end('all')).toEqual(['all passed', 'b begins', 'c begins'])
    expect(await end('b')).toEqual(['b passed'])
    expect(await end('c')).toEqual(['c passed'])
    expect(await run).toHaveLength(4)
  })

  it('leaves out what needs a stage that failed, while others go on', async () => {
    const { run, end } = onTwoCores([stage('a'), stage('b'), stage('c', ['a']), stage('d', ['c']), stage('e')])
    expect(await end('nothing')).toEqual(['a begins', 'b begins'])
    expect(await end('a', false)).toEqual(['a failed', 'c skipped', 'd skipped', 'e begins'])
    expect(await end('e')).toEqual(['e passed'])
    expect(await end('b')).toEqual(['b passed'])
    expect((await run).map(({ ending }) => ending)).toEqual(['failed', 'passed', 'skipped', 'skipped', 'passed'])
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
