import type { Plan, SlotId } from '@millrace/contracts'

/** Two slots that share a link; the smaller id, which dials, comes first. */
export type LinkPair = readonly [dials: SlotId, listens: SlotId]

/**
 * The pairs of slots that need a link: those of two groups with a hop between them, and each origin of requests with every
 * other slot, for it may have to send a root anywhere and hear a reply from anywhere.
 *
 * @param origins slots that send requests into the graph, also such as are in no group
 */
export function linkPairs({ groups, hops }: Plan, origins: readonly SlotId[]): readonly LinkPair[] {
  const pairs = new Map<string, LinkPair>()
  const add = (one: SlotId, other: SlotId): void => {
    if (one === other) return
    const pair: LinkPair = one < other ? [one, other] : [other, one]
    pairs.set(pair.join(' '), pair)
  }
  const addAll = (ones: readonly SlotId[], others: readonly SlotId[]): void => {
    for (const one of ones) for (const other of others) add(one, other)
  }
  for (const { fromGroup, toGroup } of hops) addAll(groups[fromGroup]?.slots ?? [], groups[toGroup]?.slots ?? [])
  addAll(origins, [...origins, ...groups.flatMap(({ slots }) => slots)])
  return [...pairs.values()]
}

/** The slots that one slot shares a link with. */
export function peersOf(pairs: readonly LinkPair[], slot: SlotId): readonly SlotId[] {
  return pairs.flatMap(([one, other]) => (one === slot ? [other] : other === slot ? [one] : []))
}
