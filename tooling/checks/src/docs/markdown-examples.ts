/** One fenced TypeScript block of a Markdown file. */
export interface Example {
  /** The Markdown file, relative to the root. */
  readonly document: string
  /** The line of the document on which the code begins, counted from 1. */
  readonly line: number
  /** What the block is called for imports between blocks of one document: from `file=NAME`, or its number. */
  readonly name: string
  readonly code: string
  /** A block marked as `fragment` continues another one or leaves something out. It is not compiled. */
  readonly fragment: boolean
}

const fence = /^(\s*)(`{3,})(\S*)[ \t]*(.*)$/

/** Finds the TypeScript blocks of a Markdown text: those whose fence says `ts`. */
export function markdownExamples(document: string, text: string): readonly Example[] {
  const lines = text.split(/\r?\n/)
  const examples: Example[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const open = fence.exec(lines[at] ?? '')
    if (open === null) continue
    const [, indent = '', ticks = '', language = '', info = ''] = open
    const end = lines.findIndex((line, index) => index > at && line.trim() === ticks)
    const last = end === -1 ? lines.length : end
    if (language === 'ts') {
      const code = lines.slice(at + 1, last).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
      examples.push({ document, line: at + 2, code: `${code.join('\n')}\n`, ...readInfo(info, examples.length + 1) })
    }
    at = last
  }
  return examples
}

function readInfo(info: string, number: number): { readonly name: string; readonly fragment: boolean } {
  const words = info.split(/\s+/)
  const named = words.find((word) => word.startsWith('file='))?.slice('file='.length)
  return { name: named ?? `${number}.ts`, fragment: words.includes('fragment') }
}
