import { type EnduranceArguments, enduranceArguments, help } from './arguments.js'
import { runBatchKills } from './batch-kills.js'
import { runKillRounds } from './kill-rounds.js'
import { seededRandom } from './random.js'
import { runRedisRounds } from './redis-rounds.js'
import { runScrape } from './scrape.js'
import { runSoak } from './soak.js'

async function main(args: readonly string[]): Promise<number> {
  let asked: EnduranceArguments | undefined
  try {
    asked = enduranceArguments(args)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    console.error(`${error.message}\n\n${help}`)
    return 2
  }
  if (asked === undefined) {
    console.log(help)
    return 0
  }
  const report = await run(asked).catch(refused)
  if (report === undefined) return 2
  console.log(JSON.stringify(report, undefined, 2))
  return report.mistakes.length === 0 ? 0 : 1
}

/** What was asked for cannot be done. */
function refused(error: unknown): undefined {
  if (!(error instanceof RangeError)) throw error
  console.error(error.message)
}

function run({ trial, rounds, redeliver, lines, minutes, seconds, seed, fault }: EnduranceArguments) {
  const common = { random: seededRandom(seed), progress: (line: string) => console.error(line) }
  switch (trial) {
    case 'kills':
      return runKillRounds({ ...common, rounds, redeliver })
    case 'batches':
      return runBatchKills({ ...common, rounds, lines })
    case 'redis':
      return runRedisRounds({ ...common, rounds, lines, fault })
    case 'soak':
      return runSoak({ ...common, minutes })
    case 'scrape':
      return runScrape({ ...common, seconds })
  }
}

process.exitCode = await main(process.argv.slice(2))
