import { parseArgs } from 'node:util'

/** What can be run. */
export const trials = ['kills', 'batches', 'redis', 'soak', 'scrape'] as const

/** One of {@link trials}. */
export type Trial = (typeof trials)[number]

/** What the command line has asked for. */
export interface EnduranceArguments {
  readonly trial: Trial
  readonly rounds: number
  readonly lines: number
  readonly minutes: number
  readonly seconds: number
  readonly redeliver: number
  readonly seed: number
  /** Of the trial redis: only faults whose name has this in it; empty for all. */
  readonly fault: string
}

const options = {
  rounds: { type: 'string', default: '100' },
  lines: { type: 'string', default: '100000' },
  minutes: { type: 'string', default: '60' },
  seconds: { type: 'string', default: '60' },
  redeliver: { type: 'string', default: '1' },
  seed: { type: 'string', default: '1' },
  fault: { type: 'string', default: '' },
  help: { type: 'boolean', default: false },
} as const

/** What `pnpm endurance --help` says. */
export const help = `pnpm endurance TRIAL [--rounds N] [--redeliver 0|1] [--lines N] [--minutes N] [--seconds N] [--seed N]
               [--fault NAME]

Kills real workers of a running application, again and again, counts what became of the work, and ends with exit code 1
when anything did that must not.

Trials:
  kills     under request load, a random worker at a random byte of the traffic; --rounds times
            with --redeliver 0 what it held fails with WORKER_CRASHED within a second, with 1 every request has its result
  batches   runs of the reference application with four groups of processes, --lines each: a worker of features dies and
            the output is the same; each tenth time the worker with the state, and --resume makes it the same
  redis     runs of the reference application with its state in a Redis of its own (redis-server), --lines each: a worker, the
            one that reads, the command or Redis dies; what ends is resumed; output and the sums in Redis are the same
  soak      mixed load for --minutes, with a kill every 20 seconds: memory and handles stay level, nothing hangs
  scrape    load for --seconds, with a kill every three seconds, while a Prometheus server (Debian: prometheus) scrapes: it
            finds the target up, no counter goes backwards, its sums are what the load has counted, restarts are the kills;
            promtool finds nothing to say, and the alert for a stranger at a port fires

  --rounds N       how often (100)
  --redeliver N    how often what a dead worker held is sent again, in kills (1)
  --lines N        of a run of batches and redis (100000)
  --minutes N      of a soak (60)
  --seconds N      of load while Prometheus scrapes (60)
  --seed N         of everything random (1)
  --fault NAME     in redis, only faults with this in their name, such as ingress; each second round meets it twice
`

/**
 * Reads the arguments.
 *
 * @returns undefined when help was asked for, or nothing at all
 * @throws RangeError saying what is wrong and what is allowed
 */
export function enduranceArguments(args: readonly string[]): EnduranceArguments | undefined {
  const { values, positionals } = parse(args)
  const [name, ...surplus] = positionals
  if (values.help || name === undefined) return undefined
  const trial = trials.find((candidate) => candidate === name)
  if (trial === undefined || surplus.length > 0) throw new RangeError(`one trial at a time: ${trials.join(', ')}`)
  return {
    trial,
    rounds: whole('--rounds', values.rounds, 1),
    lines: whole('--lines', values.lines, 1000),
    minutes: whole('--minutes', values.minutes, 1),
    seconds: whole('--seconds', values.seconds, 5),
    redeliver: whole('--redeliver', values.redeliver, 0),
    seed: whole('--seed', values.seed, 0),
    fault: values.fault,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new RangeError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function whole(option: string, text: string, least: number): number {
  const value = Number(text)
  if (/^[0-9]+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value
  throw new RangeError(`${option} must be a whole number from ${least} on (got ${JSON.stringify(text)})`)
}
