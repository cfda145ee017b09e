import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  visit,
} from 'yaml'
import type { Finding } from './finding.js'
import { type Path, pathText } from './path.js'
import { maxDepth, maxValues, type Reading, unreadable } from './reading.js'
import type { Content, Position, Tree } from './tree.js'

/** One pass over a document, and what it has found so far. */
interface Walk {
  readonly file: string
  readonly lines: LineCounter
  readonly targets: ReadonlyMap<Alias, Node>
  readonly findings: Finding[]
  values: number
  /** Why the rest is not read. */
  refusal?: string
}

/** Turns a parsed document into a tree. Aliases are expanded within bounds. */
export function yamlTree(document: Document.Parsed, lines: LineCounter, file: string): Reading {
  const walk: Walk = { file, lines, targets: aliasTargets(document), findings: [], values: 0 }
  if (document.contents === null)
    return { tree: { file, key: undefined, at: positionAt(lines, 0), content: empty }, findings: [] }
  const tree = read(walk, document.contents, [], undefined)
  if (walk.refusal !== undefined) return unreadable(file, walk.refusal)
  return { tree, findings: walk.findings }
}

/** Line and column of an offset in the text. */
export function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

const nothing: Content = { kind: 'scalar', value: null }
const empty: Content = { kind: 'mapping', entries: new Map() }

function read(walk: Walk, node: unknown, path: Path, key: Position | undefined): Tree {
  const own = placeOf(walk, node)
  const content = contentOf(walk, node, path)
  const atKey = content.kind !== 'scalar' || content.value === null
  return { file: walk.file, key, at: atKey ? (key ?? own) : own, content }
}

function contentOf(walk: Walk, node: unknown, path: Path): Content {
  walk.values++
  if (walk.values > maxValues) walk.refusal ??= `expands to more than ${maxValues} values; use fewer aliases`
  if (path.length > maxDepth) walk.refusal ??= `nests deeper than ${maxDepth} levels, or an alias holds itself`
  if (walk.refusal !== undefined) return nothing
  if (isAlias(node)) return aliased(walk, node, path)
  if (isMap(node)) return { kind: 'mapping', entries: entriesOf(walk, node.items, path) }
  if (isSeq(node))
    return { kind: 'list', items: node.items.map((item, index) => read(walk, item, [...path, index], undefined)) }
  return isScalar(node) ? { kind: 'scalar', value: node.value } : nothing
}

function aliased(walk: Walk, alias: Alias, path: Path): Content {
  const target = walk.targets.get(alias)
  if (target !== undefined) return contentOf(walk, target, path)
  find(walk, path, 'is an alias of an anchor that does not stand above it; quote a text that begins with *', alias)
  return nothing
}

function entriesOf(walk: Walk, pairs: readonly Pair[], path: Path): ReadonlyMap<string, Tree> {
  const entries = new Map<string, Tree>()
  for (const { key: node, value } of pairs) {
    const key = keyText(node)
    if (key === undefined) find(walk, path, 'has a key that is not text', node)
    else if (refusedKeys.has(key)) find(walk, path, refusedKeys.get(key) ?? '', node)
    else if (entries.has(key)) find(walk, [...path, key], 'stands here twice; keep one of them', node)
    else entries.set(key, read(walk, value, [...path, key], placeOf(walk, node)))
  }
  return entries
}

/** Keys that YAML or JavaScript would take for something else. */
const refusedKeys: ReadonlyMap<string, string> = new Map([
  ['<<', 'has a merge key <<, which means nothing here; use an overlay file instead'],
  ['__proto__', 'has a key __proto__, which no configuration may have'],
])

function keyText(node: unknown): string | undefined {
  if (!isScalar(node)) return undefined
  if (typeof node.value === 'string') return node.value
  return typeof node.value === 'number' || typeof node.value === 'boolean' ? String(node.value) : undefined
}

function find(walk: Walk, path: Path, message: string, node: unknown): void {
  walk.findings.push({ code: 'CONFIG_INVALID', path: pathText(path), message, file: walk.file, ...placeOf(walk, node) })
}

function placeOf(walk: Walk, node: unknown): Position | undefined {
  return isNode(node) && node.range ? positionAt(walk.lines, node.range[0]) : undefined
}

/** Resolved in one pass over the text, so that it does not matter how often an alias is expanded later. */
function aliasTargets(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source)
        if (target !== undefined) targets.set(node, target)
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return targets
}
