import { type Document, LineCounter, parseDocument } from 'yaml'
import { type Reading, unreadable } from './reading.js'
import { yamlMistake } from './yaml-mistakes.js'
import { positionAt, yamlTree } from './yaml-tree.js'

/** Reads YAML into a tree that knows line and column of everything, and finds what only the text can tell. */
export function readYaml(source: string, file: string): Reading {
  const lines = new LineCounter()
  const document = parse(source, lines)
  if (document === undefined) return unreadable(file, 'nests too deeply to be read')
  const [error] = document.errors
  if (error !== undefined) return unreadable(file, yamlMistake(error), positionAt(lines, error.pos[0]))
  const reading = yamlTree(document, lines, file)
  const tags = document.warnings.map((warning) => ({
    code: 'CONFIG_INVALID' as const,
    path: '',
    message: 'has a tag such as !env, which means nothing here; take it away',
    file,
    ...positionAt(lines, warning.pos[0]),
  }))
  return { ...reading, findings: [...tags, ...reading.findings] }
}

/** Undefined where the parser, which recurses, ran out of stack; what it throws may quote the file and goes no further. */
function parse(source: string, lineCounter: LineCounter): Document.Parsed | undefined {
  try {
    // Keys are compared later, where the path is known.
    return parseDocument(source, { lineCounter, prettyErrors: false, uniqueKeys: false })
  } catch {
    return undefined
  }
}
