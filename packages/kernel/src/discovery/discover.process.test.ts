/** Discovery in real Node processes, with Node's own module loader and not the test runner's. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { nodesModule, type ProjectFolder, projectFolder } from './fixtures/project-folder.js'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const source = fileURLToPath(new URL('./discover.ts', import.meta.url))
const run = promisify(execFile)
const withSource = ['--conditions=@millrace/source', '--import', 'tsx']

let project: ProjectFolder
let built: string

beforeAll(async () => {
  project = await projectFolder({
    'tsup.config.mjs': `export default {
      entry: [${JSON.stringify(source)}],
      outDir: 'build',
      format: 'esm',
      target: 'node20',
      silent: true,
      noExternal: [/./],
      esbuildOptions: (options) => void (options.conditions = ['@millrace/source']),
    }`,
    'package.json': '{ "type": "module" }',
    'nodes/first.mjs': nodesModule('first'),
    'nodes/second.mts': `${nodesModule('second')}\nexport enum Size { small }`,
    'misses.mjs': `import './gone.mjs'`,
    'broken.ts': 'export const (: number = 1',
    'broken.mjs': 'export const a = 1\nexport const b = (',
    'node_modules/pricing/package.json': JSON.stringify({
      name: 'pricing',
      type: 'module',
      exports: { '.': { development: './development.js', import: './production.js' } },
    }),
    'node_modules/pricing/production.js': nodesModule('production'),
    'node_modules/pricing/development.js': nodesModule('development'),
    'node_modules/old/package.json': JSON.stringify({ name: 'old', main: './main.js' }),
    'node_modules/old/main.js': `const make = () => ({ old: { kind: 'node', name: 'old', [Symbol.for('@millrace/definition')]: true } })
      module.exports = make()`,
  })
  built = join(project.path, 'build/discover.js')
  await run(join(root, 'node_modules/.bin/tsup'), ['--config', 'tsup.config.mjs'], { cwd: project.path })
})
afterAll(() => project.remove())

/** Discovers in a process of its own; its answer, with the temporary folder as BASE. */
async function discoverIn(nodeFlags: readonly string[], script: string, modules: readonly string[]): Promise<unknown> {
  const program = `import { discover } from ${JSON.stringify(script)}
    const answer = discover(${JSON.stringify(modules)}, ${JSON.stringify(project.path)})
    console.log(JSON.stringify(await answer.then((parts) => parts.map((part) => part.name), (error) => error.message)))`
  const { stdout } = await run(process.execPath, [...nodeFlags, '--input-type=module', '-e', program], { cwd: root })
  return JSON.parse(stdout.replaceAll(project.path, 'BASE'))
}

describe('discover in a process of its own', () => {
  it('imports JavaScript, TypeScript by its loader, and packages', async () => {
    expect(await discoverIn(withSource, source, ['./nodes', 'pricing', 'old'])).toEqual([
      'first',
      'second',
      'production',
      'old',
    ])
  })

  it('resolves packages under the conditions of the process', async () => {
    expect(await discoverIn([...withSource, '-C', 'development'], source, ['pricing'])).toEqual(['development'])
  })

  it('says what to do where the process cannot run TypeScript', async () => {
    expect(await discoverIn([], built, ['nodes/second.mts'])).toMatch(
      /^CONFIG_UNREADABLE: discovery module 'nodes\/second\.mts', found from BASE, cannot be imported: BASE\/nodes\/second\.mts: this process cannot run TypeScript \(.+\); start it with node --import tsx, or build the module and name the \.js file$/u,
    )
  })

  it('repeats what the TypeScript loader says', async () => {
    expect(await discoverIn(withSource, source, ['broken.ts'])).toBe(
      'CONFIG_UNREADABLE: discovery module \'broken.ts\', found from BASE, cannot be imported: BASE/broken.ts: TransformError: Transform failed with 1 error: BASE/broken.ts:1:13: ERROR: Expected identifier but found "("',
    )
  })

  it('says how to find a syntax error', async () => {
    expect(await discoverIn([], built, ['broken.mjs'])).toBe(
      "CONFIG_UNREADABLE: discovery module 'broken.mjs', found from BASE, cannot be imported: BASE/broken.mjs: SyntaxError: Unexpected end of input; node BASE/broken.mjs shows the line",
    )
  })

  it('says which import of a module is missing', async () => {
    expect(await discoverIn([], built, ['misses.mjs'])).toBe(
      "CONFIG_UNREADABLE: discovery module 'misses.mjs', found from BASE, cannot be imported: BASE/misses.mjs: Error: Cannot find module 'BASE/gone.mjs' imported from BASE/misses.mjs",
    )
  })
})
