import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Finding } from '../finding.js'
import type { Workspace } from '../workspace.js'
import { compileVirtual, type VirtualFile } from './compile-virtual.js'
import { type Example, markdownExamples } from './markdown-examples.js'

export interface ExampleReport {
  readonly findings: readonly Finding[]
  readonly compiled: number
  readonly fragments: number
}

/**
 * Compiles every example of the given Markdown files in one program. An example is compiled as if it were a file
 * beside its document, so it can import what a reader of that document has installed.
 *
 * @param documents - Markdown files, relative to the root
 */
export function checkExamples(workspace: Workspace, documents: readonly string[]): ExampleReport {
  const examples = documents.flatMap((document) =>
    markdownExamples(document, readFileSync(join(workspace.root, document), 'utf8')),
  )
  const complete = examples.filter((example) => !example.fragment)
  const byPath = new Map(complete.map((example) => [pathOf(workspace.root, example), example]))
  const virtual = [...byPath].map(([path, { code }]): VirtualFile => ({ path, text: code }))
  const findings = compileVirtual(workspace, virtual).flatMap(({ path, line, message }): readonly Finding[] => {
    const example = byPath.get(path)
    return example === undefined
      ? []
      : [{ file: `${example.document}:${example.line + line}`, problem: `example does not compile: ${message}` }]
  })
  return { findings, compiled: complete.length, fragments: examples.length - complete.length }
}

function pathOf(root: string, { document, name }: Example): string {
  return join(root, dirname(document), `${document.split('/').at(-1)}.examples`, name)
}
