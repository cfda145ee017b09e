import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from '@jest/globals'
import type { Report } from '../finding.js'
import { createTestWorkspace, type TestWorkspace } from '../test-workspace.js'
import { checkTypes } from './check-types.js'

const base = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'tsconfig.base.json')
// The smallest library is parsed fastest, and is enough.
const settings = readFileSync(base, 'utf8').replace('"types": ["node"]', '"types": []').replace('["ES2023"]', '["ES5"]')

let workspace: TestWorkspace | undefined

afterEach(() => {
  workspace?.remove()
  workspace = undefined
})

const ground = {
  'tsconfig.base.json': settings,
  'packages/one/package.json': { name: 'one', type: 'module' },
  'packages/one/tsconfig.json': { extends: '../../tsconfig.base.json', include: ['src', 'test', 'scripts'] },
  'packages/one/src/index.ts': 'export const one: number = 1\n',
  'packages/two/package.json': { name: 'two', type: 'module' },
  'packages/two/tsconfig.json': { extends: '../../tsconfig.base.json', include: ['src'] },
  'packages/two/src/index.ts': 'export const two: number = 2\n',
}

function check(files: Readonly<Record<string, unknown>>, folders: readonly string[] = []): Report {
  const all = { ...ground, ...files }
  workspace = createTestWorkspace(all)
  return checkTypes(workspace.root, Object.keys(all), folders)
}

const wrong = "export const wrong: number = 'text'\n"
const refused = "TS2322: Type 'string' is not assignable to type 'number'."

describe('checkTypes', () => {
  it('finds nothing where there is nothing', () => {
    expect(check({})).toEqual({ findings: [], looked: '2 files of 2 projects' })
  })

  it.each(['src', 'test', 'scripts'])('finds a wrong type in %s', (folder) => {
    const file = `packages/one/${folder}/deep/wrong.ts`
    expect(check({ [file]: wrong }).findings).toEqual([{ file: `${file}:1:14`, problem: refused }])
  })

  it('finds a type test that no longer fails', () => {
    const findings = check({
      'packages/one/src/types.test.ts': '// @ts-expect-error\nexport const n: number = 1\n',
    }).findings
    expect(findings).toEqual([
      { file: 'packages/one/src/types.test.ts:1:1', problem: "TS2578: Unused '@ts-expect-error' directive." },
    ])
  })

  it('finds an exported value without an explicit type, except where the project infers', () => {
    const inferring = {
      extends: '../../../tsconfig.base.json',
      compilerOptions: { declaration: false, isolatedDeclarations: false },
      include: ['.'],
    }
    const text = 'export const list = [1].map(String)\n'
    const { findings } = check({
      'packages/two/src/list.ts': text,
      'packages/two/test/tsconfig.json': inferring,
      'packages/two/test/list.ts': text,
    })
    expect(findings).toEqual([
      {
        file: 'packages/two/src/list.ts:1:14',
        problem: 'TS9010: Variable must have an explicit type annotation with --isolatedDeclarations.',
      },
    ])
  })

  it('says a mistake once, where it is, however many packages import the file', () => {
    const { findings } = check({
      'packages/one/src/wrong.ts': wrong,
      'packages/two/src/import.ts': "export { wrong } from '../../one/src/wrong.js'\n",
    })
    expect(findings).toEqual([{ file: 'packages/one/src/wrong.ts:1:14', problem: refused }])
  })

  it('checks each package by its own options', () => {
    const unused = 'const unused = 1\nexport const used: number = 2\n'
    const careful = { extends: '../../tsconfig.base.json', include: ['src'], compilerOptions: { noUnusedLocals: true } }
    const { findings } = check({
      'packages/one/src/unused.ts': unused,
      'packages/two/src/unused.ts': unused,
      'packages/two/tsconfig.json': careful,
    })
    expect(findings).toEqual([
      { file: 'packages/two/src/unused.ts:1:7', problem: "TS6133: 'unused' is declared but its value is never read." },
    ])
  })

  it('lets what one package declares for all reach nobody who does not import it', () => {
    const { findings } = check({
      'packages/one/src/declares.ts': 'declare global {\n  var everywhere: number\n}\nexport {}\n',
      'packages/two/src/uses.ts': 'export const used: number = everywhere\n',
    })
    expect(findings).toEqual([
      { file: 'packages/two/src/uses.ts:1:29', problem: "TS2304: Cannot find name 'everywhere'." },
    ])
  })

  it('checks what only an import reaches, and refuses what nothing reaches', () => {
    const { findings } = check({
      'packages/two/lib/reached.ts': wrong,
      'packages/two/src/reaches.ts': "export { wrong } from '../lib/reached.js'\n",
      'packages/two/test/left-out.ts': wrong,
      'packages/two/test/fixtures/broken.ts': wrong,
    })
    expect(findings).toEqual([
      { file: 'packages/two/lib/reached.ts:1:14', problem: refused },
      {
        file: 'packages/two/test/left-out.ts',
        problem: 'no tsconfig.json includes it, so nothing checks its types',
      },
    ])
  })

  it('finds a mistake in a tsconfig.json', () => {
    const tsconfig = { extends: '../../tsconfig.base.json', include: ['src'], compilerOptions: { strikt: true } }
    expect(check({ 'packages/two/tsconfig.json': tsconfig }).findings).toEqual([
      {
        file: 'packages/two/tsconfig.json:1:76',
        problem: "TS5025: Unknown compiler option 'strikt'. Did you mean 'strict'?",
      },
    ])
  })

  it('looks only into the folders it is given', () => {
    const files = { 'packages/one/src/wrong.ts': wrong, 'packages/two/test/left-out.ts': wrong }
    expect(check(files, ['packages/one/'])).toEqual({
      findings: [{ file: 'packages/one/src/wrong.ts:1:14', problem: refused }],
      looked: '2 files of 1 projects',
    })
  })
})
