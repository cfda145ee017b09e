/**
 * The known name that a mistyped one most likely means: at most a third of its letters differ (optimal string alignment,
 * https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance).
 *
 * @returns undefined when none is near enough
 */
export function nearestName(wanted: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined
  let least = Math.max(2, Math.floor(wanted.length / 3)) + 1
  for (const name of known) {
    const edits = editsBetween(wanted, name)
    if (edits < least) [nearest, least] = [name, edits]
  }
  return nearest
}

function editsBetween(first: string, second: string): number {
  let before: readonly number[] = []
  let row: readonly number[] = Array.from({ length: second.length + 1 }, (_, column) => column)
  for (let line = 1; line <= first.length; line++) {
    const next = [line]
    for (let column = 1; column <= second.length; column++) {
      const same = first[line - 1] === second[column - 1]
      const swapped = first[line - 1] === second[column - 2] && first[line - 2] === second[column - 1]
      next[column] = Math.min(
        (row[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (row[column - 1] ?? 0) + (same ? 0 : 1),
        line > 1 && column > 1 && swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    ;[before, row] = [row, next]
  }
  return row[second.length] ?? 0
}
