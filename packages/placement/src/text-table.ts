/**
 * Lays out rows in columns as wide as their widest cell, two spaces apart, with a line below the head.
 *
 * @param head the names of the columns
 */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(printable))
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const [first = '', ...rest] = cells.map((row) => layOut(row, widths))
  return [
    first,
    layOut(
      widths.map((width) => '─'.repeat(width)),
      widths,
    ),
    ...rest,
  ].join('\n')
}

function layOut(row: readonly string[], widths: readonly number[]): string {
  return widths
    .map((width, column) => (row[column] ?? '').padEnd(width))
    .join('  ')
    .trimEnd()
}

/** Stages and tags are free text: a line break or an escape sequence in one must not break the table or the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1))
}
