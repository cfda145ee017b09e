/**
 * Makes every fault, or those whose name holds a word, and prints its row: `pnpm failures [--write | --check] [WORD]`. To write
 * is to write the page, to check is to fail where the page has another row.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { failures } from './failures.js'
import { matrixPage, pagePath, rowText } from './page.js'
import { Stage } from './stage.js'

const write = process.argv.includes('--write')
const expected = process.argv.includes('--check') ? readFileSync(pagePath, 'utf8').split('\n') : undefined
const [word = ''] = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))
const rows: string[] = []
for (const failure of failures.filter(({ fault }) => fault.includes(word))) {
  const stage = new Stage()
  try {
    const row = rowText(failure, await failure.make(stage))
    rows.push(row)
    process.stderr.write(`${row}\n`)
    if (expected?.includes(row) === false) throw new Error('docs/failure-matrix.md has another row')
  } catch (error) {
    process.exitCode = 1
    process.stderr.write(`${failure.fault}: ${error instanceof Error ? error.message : String(error)}\n`)
  } finally {
    stage.close()
  }
}
if (write && word === '' && process.exitCode === undefined) writeFileSync(pagePath, matrixPage(rows))
