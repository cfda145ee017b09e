import { describeValue, isMapping } from './describe-value.js'
import type { Mistake } from './finding.js'
import type { Path } from './path.js'
import { maxDepth, maxValues } from './reading.js'
import type { Content, Tree } from './tree.js'

/** The tree of a value that comes from code, and what in it no file could hold. */
export interface PlainTree {
  readonly tree: Tree
  readonly mistakes: readonly Mistake[]
}

interface Walk {
  readonly file: string | undefined
  readonly mistakes: Mistake[]
  values: number
}

/** Copies a value that comes from code. Only what a file could hold is accepted, so that configurations travel. */
export function plainTree(value: unknown, file: string | undefined): PlainTree {
  const walk: Walk = { file, mistakes: [], values: 0 }
  return { tree: read(walk, value, []), mistakes: walk.mistakes }
}

function read(walk: Walk, value: unknown, path: Path): Tree {
  return { file: walk.file, at: undefined, key: undefined, content: contentOf(walk, value, path) }
}

function contentOf(walk: Walk, value: unknown, path: Path): Content {
  walk.values++
  const tooLong = Array.isArray(value) && value.length > maxValues
  if (tooLong || walk.values > maxValues || path.length > maxDepth)
    return refused(walk, path, 'holds itself, or too many values')
  if (Array.isArray(value))
    return { kind: 'list', items: Array.from(value, (item, i) => read(walk, item, [...path, i])) }
  if (isMapping(value)) return { kind: 'mapping', entries: entriesOf(walk, value, path) }
  if (isPlainScalar(value)) return { kind: 'scalar', value }
  return refused(walk, path, `must be plain data as a file could hold it (got ${describeValue(value)})`)
}

function entriesOf(walk: Walk, value: Readonly<Record<string, unknown>>, path: Path): ReadonlyMap<string, Tree> {
  const entries = new Map<string, Tree>()
  for (const [key, item] of Object.entries(value)) {
    // As in an object literal: `key: undefined` says nothing.
    if (item === undefined) continue
    if (key === '__proto__')
      walk.mistakes.push({ path, message: 'has a key __proto__, which no configuration may have' })
    else entries.set(key, read(walk, item, [...path, key]))
  }
  return entries
}

function isPlainScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

/** One mistake is enough where everything below it is wrong for the same reason. */
function refused(walk: Walk, path: Path, message: string): Content {
  if (walk.values <= maxValues + 1) walk.mistakes.push({ path, message })
  return { kind: 'scalar', value: null }
}
