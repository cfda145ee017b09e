import type { Result, Stage } from './stage.js'

export interface RunTools {
  /** Runs the commands of a stage; resolves to whether they succeeded. */
  readonly execute: (stage: Stage) => Promise<boolean>
  /** How many stages that use one core may run at once. */
  readonly cores: number
  /** Seconds that have gone since some fixed moment. */
  readonly clock: () => number
  readonly started: (stage: Stage) => void
  readonly ended: (result: Result) => void
}

/**
 * Runs stages as early as they can, in the order of the list: those for one core side by side, those that use all cores
 * alone. A stage that fails stops only those that need it, so one run shows all there is to mend.
 *
 * @returns the results in the order of the list
 */
export async function runStages(stages: readonly Stage[], tools: RunTools): Promise<readonly Result[]> {
  const results = new Map<string, Result>()
  const running = new Map<Stage, Promise<void>>()
  const end = (result: Result): void => {
    results.set(result.stage.name, result)
    running.delete(result.stage)
    tools.ended(result)
  }
  for (let waiting = stages; waiting.length > 0 || running.size > 0; ) {
    const next = nextStage(waiting, [...running.keys()], tools.cores)
    if (next === undefined) {
      await Promise.race(running.values())
      continue
    }
    waiting = waiting.filter((stage) => stage !== next)
    if (isBlocked(next, results)) end({ stage: next, ending: 'skipped', seconds: 0 })
    else running.set(next, runStage(next, tools).then(end))
  }
  return stages.flatMap(({ name }) => results.get(name) ?? [])
}

/** The first stage whose needs have ended, if there is room for it. Nothing overtakes one that waits for all cores. */
function nextStage(waiting: readonly Stage[], running: readonly Stage[], cores: number): Stage | undefined {
  const unfinished = new Set([...waiting, ...running].map(({ name }) => name))
  const ready = waiting.find(({ needs }) => !needs.some((name) => unfinished.has(name)))
  if (ready === undefined || running.length === 0) return ready
  const full = running.length >= cores || running.some((stage) => stage.cores === 'all')
  return full || ready.cores === 'all' ? undefined : ready
}

function isBlocked({ needs }: Stage, results: ReadonlyMap<string, Result>): boolean {
  return needs.some((name) => (results.get(name)?.ending ?? 'passed') !== 'passed')
}

/** The named stages and those that they need, in the order of the list. Without names, all. */
export function selectStages(stages: readonly Stage[], names: readonly string[]): readonly Stage[] {
  const byName = new Map(stages.map((stage) => [stage.name, stage]))
  const wanted = new Set<string>()
  const want = (name: string): void => {
    const stage = byName.get(name)
    if (stage === undefined)
      throw new RangeError(`no stage is called ${name}; there are: ${[...byName.keys()].join(', ')}`)
    wanted.add(name)
    stage.needs.forEach(want)
  }
  names.forEach(want)
  return names.length === 0 ? stages : stages.filter((stage) => wanted.has(stage.name))
}

async function runStage(stage: Stage, { execute, clock, started }: RunTools): Promise<Result> {
  started(stage)
  const begin = clock()
  const passed = await execute(stage)
  return { stage, ending: passed ? 'passed' : 'failed', seconds: clock() - begin }
}
