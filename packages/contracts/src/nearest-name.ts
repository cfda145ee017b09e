/**
 * Ends a message about an unknown name: with the known name that was probably meant, or with the names there are.
 *
 * @param known names in the order in which they shall be listed
 */
export function suggestion(unknown: string, known: readonly string[]): string {
  const nearest = nearestName(unknown, known)
  if (nearest !== undefined) return `did you mean '${nearest}'?`
  if (known.length === 0) return 'there are none'
  const listed = known.slice(0, 8).map((name) => `'${name}'`)
  return `there ${known.length === 1 ? 'is' : 'are'} ${listed.join(', ')}${known.length > 8 ? ` and ${known.length - 8} more` : ''}`
}

/**
 * The known name that was probably meant: the nearest by edit distance, the first of several; undefined where all are too far.
 *
 * @param reach how many letters may be wrong; a third of the name, and two of any name of more than three, unless told
 * @see https://en.wikipedia.org/wiki/Levenshtein_distance
 */
export function nearestName(
  unknown: string,
  known: readonly string[],
  reach: number = unknown.length <= 3 ? 1 : Math.max(2, Math.floor(unknown.length / 3)),
): string | undefined {
  if (unknown.length > longestName) return undefined
  let nearest: string | undefined
  let least = reach + 1
  for (const name of known) {
    const distance = editDistance(unknown.toLowerCase(), name.toLowerCase(), least)
    if (distance < least) [nearest, least] = [name, distance]
  }
  return nearest
}

/** Nobody mistypes a longer name into a known one, and the distance costs the product of both lengths. */
const longestName = 128

/** How many insertions, deletions and replacements turn one text into the other, or `limit` when it is at least that. */
function editDistance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) >= limit) return limit
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const line = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      line.push(Math.min(replaced, (above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1))
    }
    above = line
  }
  return Math.min(limit, above[to.length] ?? limit)
}
