/** The same items, beginning with another one for each number: nobody is always measured after the same one. */
export function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const first = by % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}
