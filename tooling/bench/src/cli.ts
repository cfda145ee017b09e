import { benchArguments, helpText } from './arguments.js'
import { benches } from './benches.js'
import type { Section } from './harness/bench.js'
import { defaultResultFile, saveResults } from './harness/results.js'
import { tableOf } from './harness/table.js'

async function main(args: readonly string[]): Promise<number> {
  const startedAt = new Date()
  let asked: ReturnType<typeof benchArguments>
  try {
    asked = benchArguments(args, benches)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    console.error(`${error.message}\n\n${helpText(benches)}`)
    return 2
  }
  if (asked === undefined) {
    console.log(helpText(benches))
    return 0
  }
  const { bench, parts, rounds, lines, json } = asked
  const sections: Section[] = []
  for (const part of bench.parts)
    if (parts.includes(part.name)) sections.push(...(await part.measure({ rounds, lines, progress: console.error })))
  const file = json ?? defaultResultFile(bench.name, startedAt)
  saveResults(file, { bench: bench.name, startedAt, rounds, lines }, sections)
  console.log(`${tableOf(sections)}\n\nsaved as ${file}`)
  return 0
}

process.exitCode = await main(process.argv.slice(2))
