import type { Chance } from './random-graph.js'
import type { Shares } from './run-shares.js'
import { turn } from './shop.js'

/** What goes wrong while a stream is on its way. */
export interface StreamFaults {
  /** Which links are lost. @default none */
  readonly cuts?: 'between workers' | 'any'
  /** Which workers die and are replaced: those without ordered nodes, or any, as those with ordered nodes record what they do. @default none */
  readonly deaths?: 'unordered' | 'any'
  /** Whether workers without ordered nodes are replaced while they work. @default false */
  readonly moves?: boolean
}

/** How many faults of each kind there are at most. */
const most = 3

/**
 * Loses links and kills workers in turns that the seed says.
 *
 * @param mortals the workers that may die
 * @param movable those that may be replaced while they work
 * @param died is called when one dies
 * @returns how many faults there were, once everybody who died is replaced
 */
export async function makeFaults(
  running: Shares,
  { cuts, moves = false }: StreamFaults,
  mortals: readonly string[],
  movable: readonly string[],
  { pick }: Chance,
  died: (slot: string) => void,
): Promise<number> {
  const slots = [...(cuts === 'any' ? ['@app#1'] : []), ...running.workers.keys()]
  const busy = new Set<string>()
  const replaced: Promise<void>[] = []
  let lost = 0
  for (let fault = 0; fault < (cuts === undefined && !moves && mortals.length === 0 ? 0 : most); fault++) {
    for (let turns = pick(12); turns >= 0; turns--) await turn()
    if (cuts !== undefined) {
      const [one = '', other = ''] = [slots[pick(slots.length)], slots[pick(slots.length)]]
      if (one !== other && running.cut(one, other)) lost++
    }
    // One at a time, as the supervisor does it.
    const moved = moves && busy.size === 0 ? movable[pick(movable.length)] : undefined
    if (moved !== undefined) {
      lost++
      busy.add(moved)
      replaced.push(running.move(moved).then(() => void busy.delete(moved)))
    }
    const dies = mortals[pick(mortals.length)]
    if (dies === undefined || busy.has(dies)) continue
    lost++
    busy.add(dies)
    died(dies)
    replaced.push(running.replace(dies, pick(12)).then(() => void busy.delete(dies)))
  }
  await Promise.all(replaced)
  return lost
}
