import type { Hop, Plan, PlanGroup, Position } from '@millrace/contracts'
import type { Domain } from '../runner/domain.js'
import type { Peer } from './peer.js'

/** A slot, as far as its choice depends on it. */
export type Loaded = Pick<Peer, 'ready' | 'load'>

/** Chooses the slot that a message goes to. */
export type ChooseSlot<Slot extends Loaded = Peer> = (
  payload: unknown,
  position: Position,
  domain: Domain | undefined,
) => Slot

/**
 * How a group's slot is chosen: the only one, by the partition field, by number where something ordered may come after it, else
 * the one with the least to do. A single request has no number to go by, and goes where there is least to do.
 *
 * Whatever may come to something ordered goes the same way when it is sent again: there its first copy is known. The end of a
 * stream request is ordered too, so that nothing of one is ever sent by load.
 */
export function chooseSlot<Slot extends Loaded>(
  plan: Plan,
  group: number,
  choose: Hop['choose'],
  peers: readonly Slot[],
): ChooseSlot<Slot> {
  const [only] = peers
  if (only === undefined) throw new RangeError(`group ${group} has no slots`)
  if (choose === 'partition') return byPartition(plan.groups[group], peers, only)
  if (choose === 'single' || peers.length === 1) return () => only
  const leastLoaded = byLoad(peers, only)
  return (payload, position, domain) =>
    domain === undefined || (choose === 'load' && domain.isRun)
      ? leastLoaded(payload, position, domain)
      : (peers[numberOf(position, domain) % peers.length] ?? only)
}

/** The number of the root in its source's run. A stream request is one root: its messages are dealt out by their positions. */
function numberOf(position: Position, { offset }: Domain): number {
  if (offset === undefined) return position[0] ?? 0
  let number = offset
  for (let index = 0; index < position.length; index++) number += position[index] ?? 0
  return number
}

/** How an entry to a group is chosen, for which the plan has no hop. */
export function entryChoice({ graph, groups, hops }: Plan, group: number, type: number): Hop['choose'] {
  const receiver = groups[group]
  if (receiver === undefined || (receiver.slots.length === 1 && receiver.partitions === 1)) return 'single'
  const { partitionBy } = receiver
  if (partitionBy !== undefined && graph.types[type]?.fields.includes(partitionBy)) return 'partition'
  return hops.some(({ toGroup, choose }) => toGroup === group && choose === 'load') ? 'load' : 'sequence'
}

function byPartition<Slot extends Loaded>(
  group: PlanGroup | undefined,
  peers: readonly Slot[],
  only: Slot,
): ChooseSlot<Slot> {
  const field = group?.partitionBy ?? ''
  const partitions = group?.partitions ?? 1
  return (payload) => {
    const value = (payload as Readonly<Record<string, unknown>>)[field] // preflight has seen that the type has the field
    return peers[partitionOf(value, partitions) % peers.length] ?? only
  }
}

/** The least loaded of those that have a worker; of several the next in turn. */
function byLoad<Slot extends Loaded>(peers: readonly Slot[], only: Slot): ChooseSlot<Slot> {
  let turn = 0
  return () => {
    turn = (turn + 1) % peers.length
    let best = peers[turn] ?? only
    for (const peer of peers) if (peer.ready === best.ready ? peer.load < best.load : peer.ready) best = peer
    return best
  }
}

/**
 * The partition of a value: FNV-1a of its JSON text (http://www.isthe.com/chongo/tech/comp/fnv/), the same in every worker and
 * every run.
 */
export function partitionOf(value: unknown, partitions: number): number {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return (hash >>> 0) % partitions
}
