import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { executeStage } from './execute-stage.js'
import { readTotals, totalsText } from './jest-totals.js'
import { helpText, resultLine, summary } from './report-text.js'
import { runStages, selectStages } from './run-stages.js'
import type { Stage } from './stage.js'
import { createStages } from './stages.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
const outputFolder = join(root, 'node_modules', '.cache', 'millrace', 'verify')
const jestJson = join(outputFolder, 'jest.json')
const tarballs = join(outputFolder, 'tarballs')
// Read by .ci/run.
const totalsFile = join(outputFolder, 'totals')
const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' }

/** A stage that takes longer hangs: most often a test that left something open. */
const stageLimitMs = 40 * 60_000

// Commands run in groups of their own, which the terminal does not interrupt.
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interrupted.abort(signal)
    process.exit(130)
  })
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { only: { type: 'string', multiple: true }, help: { type: 'boolean' } },
  })
  const stages = createStages({ ci: Boolean(process.env.CI), jestJson, tarballs })
  if (values.help) {
    console.log(helpText(stages))
    return 0
  }
  const selected = selectStages(stages, values.only ?? [])
  mkdirSync(outputFolder, { recursive: true })
  for (const file of [jestJson, totalsFile]) rmSync(file, { force: true })
  const clock = (): number => performance.now() / 1000
  const begin = clock()
  const results = await runStages(selected, {
    execute,
    cores: availableParallelism(),
    clock,
    started: ({ name }) => console.log(`▸ ${name}`),
    ended: (result) => console.log(resultLine(result)),
  })
  console.log(`\n${summary(results, clock() - begin)}`)
  const totals = readTotals(jestJson)
  if (totals !== undefined) writeFileSync(totalsFile, `${totalsText(totals)}\n`)
  return results.every(({ ending }) => ending === 'passed') ? 0 : 1
}

/** What a stage prints is shown when it fails, and kept in a file in any case. */
async function execute(stage: Stage): Promise<boolean> {
  const signal = AbortSignal.any([AbortSignal.timeout(stageLimitMs), interrupted.signal])
  const { passed, output } = await executeStage(stage, { cwd: root, env, signal })
  writeFileSync(join(outputFolder, `${stage.name}.log`), output)
  if (!passed) console.log(output)
  return passed
}

process.exitCode = await main(process.argv.slice(2))
