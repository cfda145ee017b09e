import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from '@jest/globals'
import { createTestWorkspace, type TestWorkspace } from '../test-workspace.js'
import { readWorkspace } from '../workspace.js'
import { checkDocs } from './check-docs.js'
import { markdownExamples } from './markdown-examples.js'

const base = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'tsconfig.base.json')
const settings = readFileSync(base, 'utf8').replace('"types": ["node"]', '"types": []')

let workspace: TestWorkspace | undefined

afterEach(() => {
  workspace?.remove()
  workspace = undefined
})

const manifest = {
  name: '@millrace/contracts',
  exports: { '.': { '@millrace/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' } },
}

function block(code: string, info = 'ts'): string {
  return `# Title\n\n\`\`\`${info}\n${code}\n\`\`\`\n`
}

function check(files: Readonly<Record<string, string>>): ReturnType<typeof checkDocs> {
  workspace = createTestWorkspace({
    'tsconfig.base.json': settings,
    'packages/contracts/package.json': manifest,
    'packages/contracts/src/index.ts': "export { double } from './double.js'\n",
    'packages/contracts/src/double.ts':
      '/**\n * Doubles a number.\n *\n * See elsewhere\n */\nexport function double(n: number): number {\n  return n * 2\n}\n',
    ...files,
  })
  return checkDocs(readWorkspace(workspace.root), Object.keys(files))
}

describe('checkDocs', () => {
  it('compiles examples against the sources of the packages', () => {
    const code = "import { double } from '@millrace/contracts'\nconst four: number = double(2)\nvoid four"
    expect(check({ 'packages/contracts/README.md': block(code) })).toEqual({
      findings: [],
      looked: '1 examples compiled, 0 fragments left out, 1 exports',
    })
  })

  it('refuses an example that does not compile and names its line', () => {
    const code = "import { double } from '@millrace/contracts'\n\ndouble('2')"
    expect(check({ 'packages/contracts/README.md': block(code) }).findings).toEqual([
      {
        file: 'packages/contracts/README.md:6',
        problem: "example does not compile: Argument of type 'string' is not assignable to parameter of type 'number'.",
      },
    ])
  })

  it('refuses an example whose import does not exist', () => {
    const code = "import '@millrace/attic'\n"
    expect(check({ 'docs/guide.md': block(code) }).findings.map(({ file }) => file)).toEqual(['docs/guide.md:4'])
  })

  it('lets the blocks of one document import each other by name', () => {
    const first = block('export const n = 1', 'ts file=one.ts')
    const second = block("import { n } from './one.js'\nconst m: 1 = n\nvoid m")
    expect(check({ 'docs/guide.md': first + second })).toEqual({
      findings: [],
      looked: '2 examples compiled, 0 fragments left out, 1 exports',
    })
  })

  it('leaves fragments out and counts them', () => {
    expect(check({ 'docs/guide.md': block('const x = …', 'ts fragment') }).looked).toBe(
      '0 examples compiled, 1 fragments left out, 1 exports',
    )
  })

  it('refuses an export without a doc sentence, through re-exports', () => {
    const bare =
      '/** Twice */\nexport function double(n: number): number {\n  return n * 2\n}\nexport const half: number = 1\n'
    const index = "export { double, half } from './double.js'\n"
    expect(
      check({ 'packages/contracts/src/double.ts': bare, 'packages/contracts/src/index.ts': index }).findings,
    ).toEqual([
      { file: 'packages/contracts/src/double.ts:2', problem: 'the doc comment of double is not a sentence' },
      { file: 'packages/contracts/src/double.ts:5', problem: 'export half has no doc comment' },
    ])
  })
})

describe('markdownExamples', () => {
  it('takes ts fences alone, indented ones too', () => {
    const text = '```sh\nls\n```\n\n- item\n\n  ```ts\n  const a = 1\n  ```\n\n````ts fragment\n```\n````\n'
    expect(markdownExamples('a.md', text)).toEqual([
      { document: 'a.md', line: 8, name: '1.ts', code: 'const a = 1\n', fragment: false },
      { document: 'a.md', line: 12, name: '2.ts', code: '```\n', fragment: true },
    ])
  })
})
