import type { Path } from './path.js'

/** A place in a file; both numbers begin at 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** What a node of the tree holds. Maps, so that no key can reach a prototype. */
export type Content =
  | { readonly kind: 'mapping'; readonly entries: ReadonlyMap<string, Tree> }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  | { readonly kind: 'scalar'; readonly value: unknown }

/** A value of a configuration that knows which file it comes from, and where it stands there. */
export interface Tree {
  /** As it was named by the user; undefined for a value given in code. */
  readonly file: string | undefined
  /** Where a finding about the value points: a scalar itself, the key of a mapping or list; unknown in modules. */
  readonly at: Position | undefined
  /** Where its key stands. */
  readonly key: Position | undefined
  readonly content: Content
}

/** Lays one tree over another: mappings merge deep, lists and scalars replace. */
export function mergeTrees(base: Tree, over: Tree): Tree {
  if (base.content.kind !== 'mapping' || over.content.kind !== 'mapping') return over
  const entries = new Map(base.content.entries)
  for (const [key, tree] of over.content.entries) {
    const below = entries.get(key)
    entries.set(key, below === undefined ? tree : mergeTrees(below, tree))
  }
  // A mapping that code lays over a file keeps the place that people can open.
  const place = over.file === undefined ? base : over
  return { ...place, content: { kind: 'mapping', entries } }
}

/** The plain value of a tree: fresh objects and lists that share nothing with it. */
export function plainValue(tree: Tree): unknown {
  const { content } = tree
  if (content.kind === 'scalar') return content.value
  if (content.kind === 'list') return content.items.map(plainValue)
  const value: Record<string, unknown> = {}
  for (const [key, entry] of content.entries) value[key] = plainValue(entry)
  return value
}

/** The deepest part of the tree on the way to a path; for a value that was filled in, the mapping it is missing from. */
export function nearestTree(tree: Tree, path: Path): { readonly tree: Tree; readonly whole: boolean } {
  let here = tree
  for (const key of path) {
    const below = child(here, key)
    if (below === undefined) return { tree: here, whole: false }
    here = below
  }
  return { tree: here, whole: true }
}

function child({ content }: Tree, key: string | number): Tree | undefined {
  if (content.kind === 'mapping' && typeof key === 'string') return content.entries.get(key)
  if (content.kind === 'list' && typeof key === 'number') return content.items[key]
  return undefined
}
