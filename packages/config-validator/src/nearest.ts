/**
 * The word that was probably meant: the nearest by edit distance, none where all are too far.
 *
 * @param reach how many letters may be wrong; a third of the word, unless told
 * @see https://en.wikipedia.org/wiki/Levenshtein_distance
 */
export function nearest(
  given: string,
  words: readonly string[],
  reach: number = given.length <= 3 ? 1 : Math.max(2, Math.floor(given.length / 3)),
): string | undefined {
  if (given.length > longestWord) return undefined
  let best: string | undefined
  let bestDistance = reach + 1
  for (const word of words) {
    const distance = editDistance(given.toLowerCase(), word.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [word, distance]
  }
  return best
}

/** Nobody mistypes a longer word into a known one, and the distance costs the product of both lengths. */
const longestWord = 64

function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = at(previous, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min(at(previous, column) + 1, at(current, column - 1) + 1, replaced))
    }
    previous = current
  }
  return at(previous, to.length)
}

function at(distances: readonly number[], index: number): number {
  return distances[index] ?? Number.POSITIVE_INFINITY
}
