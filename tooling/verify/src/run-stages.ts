import type { Ending, Result, Stage } from './stage.js'

export interface RunTools {
  /** Runs one command; resolves to whether it succeeded. */
  readonly execute: (stage: Stage) => Promise<boolean>
  /** Seconds that have gone since some fixed moment. */
  readonly clock: () => number
  readonly started: (stage: Stage) => void
  readonly ended: (result: Result) => void
}

/**
 * Runs stages one after the other. One that fails stops only those that need it, so one run shows all there is to mend.
 */
export async function runStages(stages: readonly Stage[], tools: RunTools): Promise<readonly Result[]> {
  const endings = new Map<string, Ending>()
  const results: Result[] = []
  for (const stage of stages) {
    const blocked = stage.needs.some((name) => (endings.get(name) ?? 'passed') !== 'passed')
    const result = blocked ? { stage, ending: 'skipped' as const, seconds: 0 } : await runStage(stage, tools)
    endings.set(stage.name, result.ending)
    results.push(result)
    tools.ended(result)
  }
  return results
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
