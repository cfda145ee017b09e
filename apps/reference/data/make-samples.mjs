// @ts-check
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const lineCount = '5000'
const seed = '1'

/** @param {string} relative to this folder */
const here = (relative) => fileURLToPath(new URL(relative, import.meta.url))
/** @param {string[]} args a program and its arguments */
const node = (...args) => execFileSync(process.execPath, args, { stdio: 'inherit' })

const sample = here('sample.ndjson')
node(here('../generator/generate.mjs'), '--lines', lineCount, '--seed', seed, '--output', sample)
for (const scenario of ['baseline', 'experiment']) {
  const expected = here(`sample.${scenario}.expected.ndjson`)
  node(here('../oracle/oracle.mjs'), '--scenario', scenario, '--input', sample, '--output', expected)
}
