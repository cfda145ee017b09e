import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { sourceFlags } from './source-flags.js'

function run(fixture: string, flags = sourceFlags) {
  const file = fileURLToPath(new URL(`./fixtures/${fixture}.ts`, import.meta.url))
  return spawnSync(process.execPath, [...flags, file], { encoding: 'utf8', env: {} })
}

describe('a process that runs the sources', () => {
  it('has one of each class, however it was imported, and each has its name', () => {
    const { stdout, stderr } = run('has-one-of-each-class')
    expect([stderr, JSON.parse(stdout)]).toEqual(['', { isOne: true, isMillraceError: true, name: 'createRuntime' }])
  })

  it('tells where an error was thrown in the source', () => {
    expect(run('throws').stderr).toMatch(/RangeError: on purpose[\s\S]*fixtures\/throws\.ts:6:7/u)
  })

  it('refuses a module beside the bundle that it is inside of', () => {
    expect(run('reaches-inside').stderr).toContain(
      'kernel/src/mesh/place.ts is inside of a bundle and cannot be loaded beside it; make it one of the entries',
    )
  })

  it('imports CommonJS, JSON and libraries as Node does, each module once, and fails as Node does', () => {
    const { stdout, stderr } = run('imports-what-it-can')
    expect([stderr, JSON.parse(stdout)]).toEqual([
      '',
      {
        commonJs: 'function',
        json: '@millrace/from-source',
        library: 'function',
        isOne: true,
        resolved: true,
        missing: ['ERR_MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'],
      },
    ])
  })

  it('is given what else Node should import before its program', () => {
    const { stdout } = run('has-one-of-each-class', [...sourceFlags, '--import', 'data:text/javascript,console.log(0)'])
    expect(stdout).toMatch(/^0\n\{/u)
  })

  it('runs under flags of V8 that the code cache is not made for', () => {
    const { stdout, stderr } = run('has-one-of-each-class', [...sourceFlags, '--expose-gc'])
    expect([stderr, JSON.parse(stdout).isOne]).toEqual(['', true])
  })
})

describe('sourceFlags', () => {
  it('name bundles, and a loader that the command takes for tsx', () => {
    expect(sourceFlags.join(' ')).toMatch(/^--require \S+\/bundles\/\S+\btsx\b\S+ --conditions=@millrace\/source\b/u)
  })
})
