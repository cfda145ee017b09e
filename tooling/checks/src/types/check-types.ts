/**
 * Checks the types of the whole workspace in one process.
 *
 * T1  Each tsconfig.json is a program of its own, as `tsc` would make it: what one package declares for all reaches only
 *     those that import it.
 * T2  A program reports on the files that its tsconfig.json names; those it imports from other packages are reported by
 *     theirs. `tsc` for each package would check a package again for everyone who depends on it.
 * T3  What no tsconfig.json names is checked by the first program that imports it, and refused when none does.
 */
import { relative } from 'node:path'
import ts from 'typescript'
import type { Finding, Report } from '../finding.js'
import { createSourceCache } from './source-cache.js'
import { readTypeProjects, type TypeProject, uncheckedFiles } from './type-projects.js'

/**
 * Checks the types of every TypeScript file of the repository.
 *
 * @param files - the files of the repository, relative to the root
 * @param folders - where to look, relative to the root; without any, everywhere
 */
export function checkTypes(root: string, files: readonly string[], folders: readonly string[] = []): Report {
  const projects = readTypeProjects(root, files)
  const within = (file: string): boolean => folders.length === 0 || folders.some((folder) => isBelow(file, folder))
  const selected = projects.filter(({ file }) => within(file))
  const checked = new Set(projects.flatMap(({ own }) => own))
  const cache = createSourceCache()
  const findings = selected.flatMap((project) => checkProject(root, project, cache.hostFor(project.options), checked))
  const unchecked = uncheckedFiles(root, files.filter(within), checked).map(
    (file): Finding => ({ file, problem: noProject }),
  )
  const count = new Set(selected.flatMap(({ own }) => own)).size
  return { findings: [...findings, ...unchecked], looked: `${count} files of ${selected.length} projects` }
}

const noProject = 'no tsconfig.json includes it, so nothing checks its types'

function isBelow(file: string, folder: string): boolean {
  return file.startsWith(`${folder.replace(/\/+$/, '')}/`)
}

function checkProject(
  root: string,
  project: TypeProject,
  host: ts.CompilerHost,
  checked: Set<string>,
): readonly Finding[] {
  const { own, options, errors } = project
  const program = ts.createProgram({ rootNames: own, options, host, configFileParsingDiagnostics: errors })
  const named = new Set(own)
  const sources = program
    .getSourceFiles()
    .filter((source) => named.has(source.fileName) || isNew(program, source, checked))
  for (const { fileName } of sources) checked.add(fileName)
  return [...overall(program), ...sources.flatMap((source) => complaints(program, source))].map((diagnostic) =>
    finding(root, project.file, diagnostic),
  )
}

/** Whether a file of the repository is named by no tsconfig.json and has not been checked for another program either. */
function isNew(program: ts.Program, source: ts.SourceFile, checked: ReadonlySet<string>): boolean {
  return !source.isDeclarationFile && !program.isSourceFileFromExternalLibrary(source) && !checked.has(source.fileName)
}

function overall(program: ts.Program): readonly ts.Diagnostic[] {
  return [
    ...program.getConfigFileParsingDiagnostics(),
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
  ]
}

function complaints(program: ts.Program, source: ts.SourceFile): readonly ts.Diagnostic[] {
  const { declaration } = program.getCompilerOptions()
  return [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
    ...(declaration === true ? program.getDeclarationDiagnostics(source) : []),
  ]
}

function finding(root: string, project: string, { file, start = 0, code, messageText }: ts.Diagnostic): Finding {
  const problem = `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
  if (file === undefined) return { file: project, problem }
  const { line, character } = ts.getLineAndCharacterOfPosition(file, start)
  return { file: `${relative(root, file.fileName)}:${line + 1}:${character + 1}`, problem }
}
