import type { Chance } from './random-graph.js'
import type { Shares } from './run-shares.js'
import { pass } from './shop.js'

/** What goes wrong while messages are on their way. */
export interface ShareFaults {
  /** Which links are lost; undefined for none. */
  readonly cuts: 'between workers' | 'any' | undefined
  /** Workers that may die and be replaced. */
  readonly mortals: readonly string[]
  /** Workers that may be replaced while they work. */
  readonly movable: readonly string[]
  /** Whether those may die before nobody waits for them. @default false */
  readonly movedDie?: boolean | undefined
  /** Hears of each worker that dies. */
  readonly died: (slot: string) => void
}

/** How many faults of each kind there are at most. */
const most = 3

/** Makes faults in turns that the seed says. @returns how many there were, once everybody who died or moved is replaced */
export async function makeFaults(
  running: Shares,
  { cuts, mortals, movable, movedDie = false, died }: ShareFaults,
  { pick }: Chance,
): Promise<number> {
  if (cuts === undefined && mortals.length + movable.length === 0) return 0
  const slots = [...(cuts === 'any' ? ['@app#1'] : []), ...running.workers.keys()]
  const busy = new Set<string>()
  const replaced: Promise<void>[] = []
  let lost = 0
  let isMoving = false
  const replace = (slot: string, replacing: () => Promise<void>): void => {
    lost++
    busy.add(slot)
    replaced.push(replacing().then(() => void busy.delete(slot)))
  }
  // Whoever cannot be chosen uses up no chance: seeds stay what they were where a kind of fault is added.
  const anyOf = (slots: readonly string[]): string | undefined =>
    slots.length === 0 ? undefined : slots[pick(slots.length)]
  for (let fault = 0; fault < most; fault++) {
    await pass(pick(12) + 1)
    if (cuts !== undefined) {
      const [one = '', other = ''] = [slots[pick(slots.length)], slots[pick(slots.length)]]
      if (one !== other && running.cut(one, other)) lost++
    }
    const moves = anyOf(movable)
    if (moves !== undefined && !busy.has(moves) && !isMoving) {
      isMoving = true // one at a time, as the supervisor does it
      const moved = (): void => {
        isMoving = false
      }
      replace(moves, () => running.move(moves).then(moved))
      if (movedDie) void pass(pick(40)).then(() => running.killMoved(moves))
    }
    const dies = anyOf(mortals)
    if (dies === undefined || busy.has(dies)) continue
    died(dies)
    replace(dies, () => running.replace(dies, pick(12)))
  }
  await Promise.all(replaced)
  return lost
}
