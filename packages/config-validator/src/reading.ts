import type { Finding, Mistake } from './finding.js'
import type { Position, Tree } from './tree.js'

/** What came of reading one file: no tree where it could not be read at all. */
export interface Reading {
  readonly tree: Tree | undefined
  readonly findings: readonly Finding[]
  /** Those of the findings that make a value wrong as a whole: nothing more is said of what stands in its place. */
  readonly mistakes?: readonly Mistake[]
}

/** The reading of a file that could not be read. */
export function unreadable(file: string, message: string, position?: Position): Reading {
  return { tree: undefined, findings: [{ code: 'CONFIG_UNREADABLE', path: '', message, file, ...position }] }
}

/** Beyond any honest configuration, and within what recursion can bear. */
export const maxDepth = 100

/** Far beyond any honest configuration; what aliases expand to counts. */
export const maxValues = 100_000
