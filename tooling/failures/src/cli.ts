/**
 * Makes every fault, or those whose name holds a word, and prints its row: `pnpm failures [--write | --check] [--generated] [WORD]`.
 * To write is to write the page, to check is to fail where the page has another row. Every exporter is on; a fault fails too where
 * anything shows a secret, a key or a marked value. With --generated the secret is not the static one but made for each run.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { failures } from './failures.js'
import { makeFault } from './make-fault.js'
import { matrixPage, pagePath } from './page.js'

const write = process.argv.includes('--write')
const expected = process.argv.includes('--check') ? readFileSync(pagePath, 'utf8').split('\n') : undefined
const secret = process.argv.includes('--generated') ? 'generated' : 'static'
const [word = ''] = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))
const rows: string[] = []
for (const failure of failures.filter(({ fault }) => fault.includes(word))) {
  try {
    const row = await makeFault(failure, { secret })
    rows.push(row)
    process.stderr.write(`${row}\n`)
    if (expected?.includes(row) === false) throw new Error('docs/failure-matrix.md has another row')
  } catch (error) {
    process.exitCode = 1
    process.stderr.write(`${failure.fault}: ${error instanceof Error ? error.message : String(error)}\n`)
  }
}
if (write && word === '' && process.exitCode === undefined) writeFileSync(pagePath, matrixPage(rows))
