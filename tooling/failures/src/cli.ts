/** Makes every fault, or those whose name holds a word, and prints the page: `pnpm failures [--write] [WORD]`. */
import { writeFileSync } from 'node:fs'
import { failures } from './failures.js'
import { matrixPage, pagePath, rowText } from './page.js'
import { Stage } from './stage.js'

const write = process.argv.includes('--write')
const [word = ''] = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))
const rows: string[] = []
for (const failure of failures.filter(({ fault }) => fault.includes(word))) {
  const stage = new Stage()
  try {
    rows.push(rowText(failure, await failure.make(stage)))
  } catch (error) {
    process.exitCode = 1
    process.stderr.write(`${failure.fault}: ${error instanceof Error ? error.message : String(error)}\n`)
  } finally {
    stage.close()
  }
  process.stderr.write(`${rows.at(-1)}\n`)
}
if (write && word === '' && process.exitCode === undefined) writeFileSync(pagePath, matrixPage(rows))
