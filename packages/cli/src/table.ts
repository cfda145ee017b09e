/** The cells of a line. */
export type Row = readonly string[]

/** Rows as lines in columns. @param texts how many columns are text; those after them are numbers and stand at the right */
export function table(rows: readonly Row[], texts: number): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const aligned = (cell: string, column: number): string => {
    const width = widths[column] ?? 0
    return column < texts ? cell.padEnd(width) : cell.padStart(width)
  }
  return rows.map((row) => row.map(aligned).join('  ').trimEnd())
}
