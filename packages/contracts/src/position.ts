/**
 * Where a message stands in its order domain: the sequence number of its root, then the path of emissions that led to it.
 * Positions are compared lexicographically, a prefix before its extensions, which is the order in which one depth-first
 * process would see the messages.
 */
export type Position = readonly number[]

/** Negative, zero or positive as the first position stands before, at or after the second. */
export function comparePositions(first: Position, second: Position): number {
  for (let index = 0; index < first.length && index < second.length; index++) {
    const difference = (first[index] ?? 0) - (second[index] ?? 0)
    if (difference !== 0) return difference
  }
  return first.length - second.length
}
