import { join, relative } from 'node:path'
import ts from 'typescript'
import type { Finding } from '../finding.js'
import { sourceCondition } from '../manifests/exports-problems.js'
import { publishedPackages, type Workspace } from '../workspace.js'
import { baseOptions } from './module-resolver.js'

export interface DocCommentReport {
  readonly findings: readonly Finding[]
  readonly exports: number
}

/** Checks that everything a published package exports has a doc comment that holds at least one sentence. */
export function checkDocComments(workspace: Workspace): DocCommentReport {
  const entries = publishedPackages(workspace).flatMap(({ folder, manifest }) =>
    sourceEntries(manifest.exports).map((entry) => join(workspace.root, folder, entry)),
  )
  const program = ts.createProgram(entries, baseOptions(workspace.root))
  const checker = program.getTypeChecker()
  const symbols = entries.flatMap((entry) => exportedSymbols(checker, program.getSourceFile(entry)))
  const findings = symbols.flatMap((symbol): readonly Finding[] => {
    const problem = problemOf(checker, symbol)
    return problem === undefined ? [] : [{ file: place(workspace.root, symbol), problem }]
  })
  return { findings, exports: symbols.length }
}

function sourceEntries(exports: unknown): readonly string[] {
  const targets: readonly unknown[] = Object.values(exports ?? {})
  return targets.flatMap((target) => {
    const source: unknown =
      typeof target === 'object' && target !== null ? Reflect.get(target, sourceCondition) : undefined
    return typeof source === 'string' ? [source] : []
  })
}

function exportedSymbols(checker: ts.TypeChecker, source: ts.SourceFile | undefined): readonly ts.Symbol[] {
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source)
  if (module === undefined) return []
  return checker.getExportsOfModule(module).map((symbol) => followAliases(checker, symbol))
}

function followAliases(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol)
}

function problemOf(checker: ts.TypeChecker, symbol: ts.Symbol): string | undefined {
  if (isFromOutside(symbol)) return undefined
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim()
  if (text === '') return `export ${symbol.name} has no doc comment`
  const [paragraph = ''] = text.split(/\n\s*\n/)
  return /\s.*[.!?:]$/s.test(paragraph) ? undefined : `the doc comment of ${symbol.name} is not a sentence`
}

/** A re-export of somebody else's symbol is documented by them. */
function isFromOutside(symbol: ts.Symbol): boolean {
  const file = symbol.declarations?.[0]?.getSourceFile().fileName
  return file === undefined || file.includes('/node_modules/')
}

function place(root: string, symbol: ts.Symbol): string {
  const declaration = symbol.declarations?.[0]
  const source = declaration?.getSourceFile()
  if (declaration === undefined || source === undefined) return symbol.name
  const { line } = source.getLineAndCharacterOfPosition(declaration.getStart())
  return `${relative(root, source.fileName)}:${line + 1}`
}
