import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import { discover } from './discover.js'
import { nodesModule, type ProjectFolder, projectFolder } from './fixtures/project-folder.js'

let project: ProjectFolder
afterEach(() => project.remove())

async function names(modules: readonly string[], files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  project = await projectFolder(files)
  return (await discover(modules, project.path)).map(({ name }) => name)
}

/** What discovery says, with the temporary folder as BASE. */
async function complaint(modules: readonly string[], files: Readonly<Record<string, string>>): Promise<string> {
  return names(modules, files).then(String, (error: Error) => error.message.replaceAll(project.path, 'BASE'))
}

const exported = 'export what defineNode, defineSource, defineSink, defineService, defineModule or defineApp returns'

describe('discover', () => {
  it('collects the definitions of a file by export name, a default export among them', async () => {
    const file = `${nodesModule('zulu', 'alpha')}
      export default defineNode({ name: 'echo', consumes: [], handle: () => undefined })
      export const helper = () => 1, nothing = null, text = 'text'`
    expect(await names(['./nodes.mjs'], { 'nodes.mjs': file })).toEqual(['alpha', 'echo', 'zulu'])
  })

  it('keeps the order of an app and of its modules', async () => {
    const file = `import { defineApp, defineModule, defineNode } from '@millrace/contracts'
      const node = (name) => defineNode({ name, consumes: [], handle: () => undefined })
      export const app = defineApp('shop', [node('c'), defineModule('inner', [node('b'), node('d')]), node('a')])`
    expect(await names(['app.mjs'], { 'app.mjs': file })).toEqual(['c', 'b', 'd', 'a'])
  })

  it('counts a definition once that comes by several ways', async () => {
    const files = {
      'a.mjs': nodesModule('one', 'two'),
      'b.mjs': `export * from './a.mjs'; export { one as other } from './a.mjs'`,
    }
    expect(await names(['b.mjs', 'a.mjs', './b.mjs'], files)).toEqual(['one', 'two'])
  })

  it('keeps the order of the configuration', async () => {
    const files = { 'a.mjs': nodesModule('first'), 'b.mjs': nodesModule('second') }
    expect(await names(['b.mjs', 'a.mjs'], files)).toEqual(['second', 'first'])
  })

  it('walks a folder by path and leaves out what is no module of the application', async () => {
    const files = {
      'nodes/b.js': nodesModule('b'),
      'nodes/a.mjs': nodesModule('a'),
      'nodes/c/d.ts': nodesModule('d'),
      'nodes/c/compiled.js': nodesModule('compiled'),
      'nodes/c/compiled.ts': 'this is not even TypeScript',
      'nodes/c/compiled.d.ts': 'this is not even TypeScript',
      'nodes/helper.js': 'export const help = () => undefined',
      'nodes/a.test.js': 'throw new Error("a test")',
      'nodes/a.spec.ts': 'throw new Error("a test")',
      'nodes/__tests__/x.js': 'throw new Error("a test")',
      'nodes/test/x.js': 'throw new Error("a test")',
      'nodes/node_modules/x/index.js': 'throw new Error("a package")',
      'nodes/.hidden.js': 'throw new Error("hidden")',
      'nodes/readme.md': 'no module',
      'package.json': '{ "type": "module" }',
    }
    expect(await names(['./nodes'], files)).toEqual(['a', 'b', 'compiled', 'd'])
  })

  it('takes a linked file of a folder and does not follow a linked folder', async () => {
    project = await projectFolder({ 'one/a.mjs': nodesModule('a'), 'two/b.mjs': nodesModule('b') })
    await symlink(join(project.path, 'two/b.mjs'), join(project.path, 'one/c.mjs'))
    await symlink(join(project.path, 'two'), join(project.path, 'one/two'))
    expect((await discover(['one'], project.path)).map(({ name }) => name)).toEqual(['a', 'b'])
  })

  it('takes absolute paths', async () => {
    project = await projectFolder({ 'a.mjs': nodesModule('a'), 'b.mjs': nodesModule('b') })
    const found = await discover([join(project.path, 'a.mjs'), join(project.path, 'b.mjs')], '/')
    expect(found.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  it('accepts a module of message types alone', async () => {
    const file = `import { defineBytes } from '@millrace/contracts'\nexport const Photo = defineBytes('photo')`
    expect(await names(['types.mjs'], { 'types.mjs': file })).toEqual([])
  })

  it('discovers nothing from nothing', async () => {
    expect(await names([], {})).toEqual([])
  })

  describe('packages', () => {
    const manifest = (exports: object) => JSON.stringify({ name: 'pricing', type: 'module', exports })

    it('finds one that is for import alone', async () => {
      const files = {
        'node_modules/pricing/package.json': manifest({ '.': { import: './dist/index.js' } }),
        'node_modules/pricing/dist/index.js': nodesModule('price'),
      }
      expect(await names(['pricing'], files)).toEqual(['price'])
    })

    it('finds an export of a scoped one, from a folder below', async () => {
      project = await projectFolder({
        'node_modules/@shop/pricing/package.json': manifest({ './nodes': './nodes.js' }),
        'node_modules/@shop/pricing/nodes.js': nodesModule('price'),
      })
      await mkdir(join(project.path, 'config/tcp'), { recursive: true })
      const found = await discover(['@shop/pricing/nodes'], join(project.path, 'config/tcp'))
      expect(found.map(({ name }) => name)).toEqual(['price'])
    })

    it('finds one without exports by its main file, CommonJS included', async () => {
      const node = `{ kind: 'node', name: 'old', [Symbol.for('@millrace/definition')]: true }`
      const files = {
        'node_modules/old/package.json': JSON.stringify({ name: 'old', main: './main.js' }),
        'node_modules/old/main.js': `const make = () => ({ old: ${node} })\nmodule.exports = make()`,
      }
      expect(await names(['old'], files)).toEqual(['old'])
    })

    it('prefers a file or folder of that name', async () => {
      const files = {
        'node_modules/pricing/package.json': manifest({ '.': './index.js' }),
        'node_modules/pricing/index.js': nodesModule('fromPackage'),
        'pricing/nodes.mjs': nodesModule('fromFolder'),
      }
      expect(await names(['pricing'], files)).toEqual(['fromFolder'])
    })
  })

  describe('refuses', () => {
    const broken = {
      'empty.mjs': 'export const help = () => undefined',
      'throws.mjs': 'const prices = undefined\nexport const first = prices[0]',
      'string.mjs': 'throw "a string"',
      'built.ts': nodesModule('built'),
      'folder/readme.md': 'no module',
      'helpers/a.mjs': 'export const a = 1',
      'mixed/a.mjs': nodesModule('a'),
      'mixed/b.mjs': '{ throw new RangeError("b is broken") }',
      'node_modules/closed/package.json': '{ "name": "closed", "exports": { ".": "./index.js" } }',
    }

    it.each([
      [
        './empty.mjs',
        `CONFIG_INVALID: discovery module './empty.mjs' (file BASE/empty.mjs) exports no definition; ${exported}`,
      ],
      [
        'helpers',
        `CONFIG_INVALID: discovery module 'helpers' (folder BASE/helpers) exports no definition; ${exported}`,
      ],
      [
        'folder',
        `CONFIG_INVALID: discovery module 'folder' (folder BASE/folder) holds no .js, .mjs, .ts or .mts module; ${exported}`,
      ],
      [
        './gone',
        "CONFIG_UNREADABLE: discovery module './gone' cannot be found from BASE: there is no file or folder BASE/gone",
      ],
      [
        './empty',
        "CONFIG_UNREADABLE: discovery module './empty' cannot be found from BASE: there is no file or folder BASE/empty; did you mean BASE/empty.mjs?",
      ],
      [
        './built.js',
        "CONFIG_UNREADABLE: discovery module './built.js' cannot be found from BASE: there is no file or folder BASE/built.js; did you mean BASE/built.ts?",
      ],
      [
        './bulit.ts',
        "CONFIG_UNREADABLE: discovery module './bulit.ts' cannot be found from BASE: there is no file or folder BASE/bulit.ts; did you mean BASE/built.ts?",
      ],
      [
        'bulit.ts',
        "CONFIG_UNREADABLE: discovery module 'bulit.ts' cannot be found from BASE: there is no such file or folder, and no package of that name can be imported; did you mean BASE/built.ts?",
      ],
      [
        '@shop/gone',
        "CONFIG_UNREADABLE: discovery module '@shop/gone' cannot be found from BASE: there is no such file or folder, and no package of that name can be imported",
      ],
      [
        'closed/nodes',
        `CONFIG_UNREADABLE: discovery module 'closed/nodes' cannot be found from BASE: there is no such file or folder, and no package of that name can be imported (Package subpath './nodes' is not defined by "exports" in BASE/node_modules/closed/package.json imported from BASE/discovery.js)`,
      ],
      [
        'throws.mjs',
        "CONFIG_UNREADABLE: discovery module 'throws.mjs', found from BASE, cannot be imported: BASE/throws.mjs: TypeError: Cannot read properties of undefined (reading '0') (BASE/throws.mjs:2:28)",
      ],
      [
        'string.mjs',
        "CONFIG_UNREADABLE: discovery module 'string.mjs', found from BASE, cannot be imported: BASE/string.mjs: it threw 'a string'",
      ],
      [
        'mixed',
        "CONFIG_UNREADABLE: discovery module 'mixed', found from BASE, cannot be imported: BASE/mixed/b.mjs: RangeError: b is broken (BASE/mixed/b.mjs:1:9)",
      ],
    ])('%s', async (entry, message) => {
      expect(await complaint([entry], broken)).toBe(message)
    })

    it('several modules in one error, with the cause of the first and the keys of all', async () => {
      project = await projectFolder(broken)
      const error = await discover(['string.mjs', './gone', 'mixed', 'empty.mjs'], project.path).catch(
        (thrown) => thrown,
      )
      expect(error.message.replaceAll(project.path, 'BASE')).toBe(`CONFIG_UNREADABLE: discovery has 4 problems
  CONFIG_UNREADABLE: discovery module 'string.mjs', found from BASE, cannot be imported: BASE/string.mjs: it threw 'a string'
  CONFIG_UNREADABLE: discovery module './gone' cannot be found from BASE: there is no file or folder BASE/gone
  CONFIG_UNREADABLE: discovery module 'mixed', found from BASE, cannot be imported: BASE/mixed/b.mjs: RangeError: b is broken (BASE/mixed/b.mjs:1:9)
  CONFIG_INVALID: discovery module 'empty.mjs' (file BASE/empty.mjs) exports no definition; ${exported}`)
      expect([error.code, error.cause]).toEqual(['CONFIG_UNREADABLE', 'a string'])
    })
  })
})
