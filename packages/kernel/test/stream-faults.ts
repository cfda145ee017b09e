import type { Chance } from './random-graph.js'
import type { Shares } from './run-shares.js'
import { turn } from './shop.js'

/** What goes wrong while a stream is on its way. */
export interface StreamFaults {
  /** Which links are lost. @default none */
  readonly cuts?: 'between workers' | 'any'
  /** Which workers die and are replaced: those without ordered nodes, or any, as those with ordered nodes record what they do. @default none */
  readonly deaths?: 'unordered' | 'any'
}

/** How many faults of each kind there are at most. */
const most = 3

/**
 * Loses links and kills workers in turns that the seed says.
 *
 * @param mortals the workers that may die
 * @param died is called when one dies
 * @returns how many faults there were, once everybody who died is replaced
 */
export async function makeFaults(
  running: Shares,
  { cuts }: StreamFaults,
  mortals: readonly string[],
  { pick }: Chance,
  died: (slot: string) => void,
): Promise<number> {
  const slots = [...(cuts === 'any' ? ['@app#1'] : []), ...running.workers.keys()]
  const dead = new Set<string>()
  const replaced: Promise<void>[] = []
  let lost = 0
  for (let fault = 0; fault < (cuts === undefined && mortals.length === 0 ? 0 : most); fault++) {
    for (let turns = pick(12); turns >= 0; turns--) await turn()
    if (cuts !== undefined) {
      const [one = '', other = ''] = [slots[pick(slots.length)], slots[pick(slots.length)]]
      if (one !== other && running.transport.sever(one, other)) lost++
    }
    const dies = mortals[pick(mortals.length)]
    if (dies === undefined || dead.has(dies)) continue
    lost++
    dead.add(dies)
    died(dies)
    replaced.push(running.replace(dies, pick(12)).then(() => void dead.delete(dies)))
  }
  await Promise.all(replaced)
  return lost
}
