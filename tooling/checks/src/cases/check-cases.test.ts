import { afterEach, describe, expect, it } from '@jest/globals'
import { createTestWorkspace, type TestWorkspace } from '../test-workspace.js'
import { leadingCaseIds, readCatalogue } from './catalogue.js'
import { checkCases } from './check-cases.js'
import { testTitles } from './test-titles.js'

let workspace: TestWorkspace | undefined

afterEach(() => {
  workspace?.remove()
  workspace = undefined
})

const catalogue = `# Cases

## Replies

| id | core | given → outcome |
|---|---|---|
| REPLY-01 | yes | a reply → returns |
| REPLY-02 | | nothing → a timeout |
`

describe('checkCases', () => {
  it('writes a page with the files that prove each case', () => {
    const tests = { 'packages/a/src/a.test.ts': "it('REPLY-01 returns', () => {})\nit('REPLY-01 again', () => {})\n" }
    workspace = createTestWorkspace({ 'docs/cases/catalogue.md': catalogue, ...tests })
    const result = checkCases(workspace.root, Object.keys(tests))
    expect(result.findings).toEqual([])
    expect(result.page).toContain('1 of 2 cases have a test, 1 of the 1 core ones.')
    expect(result.page).toContain('| REPLY-01 | yes | [packages/a/src/a.test.ts](../packages/a/src/a.test.ts) |\n')
    expect(result.page).toContain('| REPLY-02 |  | — not yet |\n')
  })

  it('refuses an id that the catalogue does not know', () => {
    const tests = { 'packages/a/src/a.test.ts': "it('REPLY-77 returns', () => {})\n" }
    workspace = createTestWorkspace({ 'docs/cases/catalogue.md': catalogue, ...tests })
    expect(checkCases(workspace.root, Object.keys(tests)).findings).toEqual([
      { file: 'packages/a/src/a.test.ts', problem: 'a title begins with REPLY-77, which is not in the catalogue' },
    ])
  })
})

describe('readCatalogue', () => {
  it.each([
    ['two ids in a row', '| REPLY-03 / 04 | | a → b |', '"REPLY-03 / 04" is not a case id; one row is one id'],
    ['an id twice', '| REPLY-01 | | a → b |', 'REPLY-01 stands there twice'],
    ['another word for core', '| REPLY-03 | no | a → b |', 'REPLY-03: core must be "yes" or empty'],
    ['no outcome', '| REPLY-03 | | a |', 'REPLY-03 needs "given → outcome"'],
  ])('refuses %s', (_, row, problem) => {
    expect(readCatalogue(`${catalogue}${row}\n`).problems).toEqual([problem])
  })
})

describe('leadingCaseIds', () => {
  it.each([
    ['SEC-IPC-04 refuses', ['SEC-IPC-04']],
    ['SEC-IPC-04 HANDOFF-D-01 refuses', ['SEC-IPC-04', 'HANDOFF-D-01']],
    ['HANDOFF-D-01: first wins', ['HANDOFF-D-01']],
    ['SHA-256 is used', []],
    ['UTF-8 is read', []],
    ['refuses SEC-IPC-04', []],
    ['SEC-IPC-04-x', []],
  ])('reads %j', (title, ids) => {
    expect(leadingCaseIds(title)).toEqual(ids)
  })
})

describe('testTitles', () => {
  it.each([
    ['plain tests', "describe('D', () => { it('a', f); test('b', f) })", ['D', 'a', 'b']],
    ['tests with a modifier', "it.concurrent('a', f)", ['a']],
    ['templates', `it(\`a \${n}\`, f)`, ['a ']],
    ['tables with a title', "it.each([['x']])('a %s', f)", ['a %s']],
    ['tables whose rows are titles', "it.each([['x y', 1], ['z', 2]])('%s', f)", ['x y', 'z']],
    ['tables with a name', "const rows = [{ title: 'x y' }]\nit.each(rows)('$title', f)", ['x y']],
    ['other calls', "exit('a'); rows.each('b')('c')", []],
  ])('finds %s', (_, text, titles) => {
    expect(testTitles('a.test.ts', text)).toEqual(titles)
  })
})
