import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { moduleFlags } from '@millrace/kernel'
import { findTypeScript } from '../src/typescript/find-typescript.js'
import { prepareTypeScript } from '../src/typescript/prepare-typescript.js'
import { fixtures } from './start-millrace.js'
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.js'

let folder: TemporaryFolder
beforeAll(() => {
  folder = temporaryFolder()
  for (const name of [
    'nodes.ts',
    'nodes.js',
    'mixed/deep/a.mts',
    'mixed/b.js',
    'typed/a.d.ts',
    'typed/a.js',
    'typed/.hidden/a.ts',
  ])
    folder.write(name, '')
  folder.write('typed/node_modules/x/a.ts', '')
})
afterAll(() => folder.remove())

function application(modules: string): string {
  return folder.write('app.yml', `version: 1\nscenario: { name: a }\nruntime: { discovery_modules: [${modules}] }\n`)
}

describe('findTypeScript', () => {
  it.each([
    ['nodes.js', undefined],
    ['typed', undefined],
    ['"@shop/nodes"', undefined],
    ['missing', undefined],
    ['nodes.ts', "discovery module 'nodes.ts'"],
    ['nodes.js, mixed', "discovery module 'mixed'"],
  ])('of %s is %p', async (modules, what) => {
    const use = await findTypeScript([application(modules)], folder.path)
    expect(use?.what).toBe(what)
  })

  it('finds a configuration in TypeScript', async () => {
    const use = await findTypeScript(['app.yml', 'profile.mts'], folder.path)
    expect(use).toEqual({ what: "configuration 'profile.mts'", baseDir: folder.path })
  })

  it('leaves a broken configuration to preflight', async () => {
    expect(await findTypeScript([folder.write('broken.yml', 'runtime: 7')], folder.path)).toBeUndefined()
  })
})

describe('prepareTypeScript', () => {
  it('says what to install where tsx is missing', async () => {
    const files = [application('nodes.ts')]
    await expect(prepareTypeScript(files, { tsx: false, stripsTypes: false })).rejects.toMatchObject({
      code: 'PACKAGE_MISSING',
      message: `PACKAGE_MISSING: discovery module 'nodes.ts' is TypeScript, and tsx, which runs it, is not installed in ${folder.path}; run: npm install --save-dev tsx`,
    })
  })

  it.each([
    ['the application is JavaScript', 'nodes.js', { tsx: false, stripsTypes: false }],
    ['the process runs under tsx', 'nodes.ts', { tsx: true, stripsTypes: false }],
    ['Node.js strips types', 'nodes.ts', { tsx: false, stripsTypes: true }],
  ])('asks for nothing where %s', async (_why, modules, abilities) => {
    await expect(prepareTypeScript([application(modules)], abilities)).resolves.toEqual(moduleFlags(process.execArgv))
  })

  it('makes a process without tsx import TypeScript, of whatever kind its package is, and its workers too', async () => {
    const script = join(fixtures, 'register-tsx.mjs')
    const run = promisify(execFile)(process.execPath, ['--conditions=@millrace/source', script], { cwd: fixtures })
    const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href.replace('loader.cjs', 'loader.mjs')
    const flags = ['--conditions=@millrace/source', '--import', loader]
    expect((await run).stdout).toBe(`refused\nprice\ncommon-price\n${JSON.stringify(flags)}\nprice\n`)
  })
})
