import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { sourceFlags } from './source-flags.js'

const withoutBundles = sourceFlags.map((flag) => flag.replace(/\?bundles=.*/u, ''))

function run(fixture: string, flags: readonly string[]) {
  const file = fileURLToPath(new URL(`./fixtures/${fixture}.ts`, import.meta.url))
  return spawnSync(process.execPath, [...flags, file], { encoding: 'utf8', env: {} })
}

describe.each([
  ['from bundles', sourceFlags],
  ['from each file', withoutBundles],
])('a process that runs the sources, %s', (_, flags) => {
  it('has one of each class, however it was imported, and each has its name', () => {
    const { stdout, stderr } = run('has-one-of-each-class', flags)
    expect([stderr, JSON.parse(stdout)]).toEqual(['', { isOne: true, isMillraceError: true, name: 'createRuntime' }])
  })

  it('tells where an error was thrown in the source', () => {
    expect(run('throws', flags).stderr).toMatch(/RangeError: on purpose[\s\S]*fixtures\/throws\.ts:6:7/u)
  })
})

describe('sourceFlags', () => {
  it('name bundles, and a loader that the command takes for tsx', () => {
    expect(sourceFlags.join(' ')).toMatch(/\btsx\b.*\?bundles=.+ --conditions=@millrace\/source$/u)
  })

  it('refuse a module beside the bundle that it is inside of', () => {
    expect(run('reaches-inside', sourceFlags).stderr).toContain(
      'kernel/src/mesh/place.ts is inside of a bundle and cannot be loaded beside it; make it one of the entries',
    )
    expect(run('reaches-inside', withoutBundles).stdout).not.toBe('')
  })
})
