import type { LineTarget } from './line-target.js'

/**
 * Writes items as lines, as many at once as stay in one piece.
 *
 * @param lineOf the line of an item, without its end
 * @returns how many were not written
 */
export async function sendLines<Item>(
  target: LineTarget,
  items: readonly Item[],
  lineOf: (item: Item) => string,
  signal: AbortSignal,
): Promise<number> {
  let lost = 0
  for (const { text, count } of pieces(items.map(lineOf), target.maxBytes)) {
    if (signal.aborted) lost += count
    else lost += await target.write(text).then(none, () => count)
  }
  return lost
}

const none = (): number => 0

interface Piece {
  readonly text: string
  readonly count: number
}

function pieces(lines: readonly string[], maxBytes: number): readonly Piece[] {
  const all: Piece[] = []
  let text = ''
  let bytes = 0
  let count = 0
  for (const line of lines) {
    const length = Buffer.byteLength(line) + 1
    if (count > 0 && bytes + length > maxBytes) {
      all.push({ text, count })
      text = ''
      bytes = 0
      count = 0
    }
    text += `${line}\n`
    bytes += length
    count += 1
  }
  if (count > 0) all.push({ text, count })
  return all
}
