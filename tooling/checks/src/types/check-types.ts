/**
 * Checks the types of the whole workspace in one process.
 *
 * T1  Each tsconfig.json with the same options is a part of one program: a program for each would work out the types of
 *     what they import once more.
 * T2  What one package declares for all reaches only those that import it: where a source does so, each tsconfig.json is
 *     a program of its own.
 * T3  A program reports on the files that its tsconfig.json name; those it imports besides are reported by theirs.
 * T4  What no tsconfig.json names is checked by the first program that imports it, and refused when none does.
 */
import { relative } from 'node:path'
import ts from 'typescript'
import type { Finding, Report } from '../finding.js'
import { createSourceCache, type SourceCache } from './source-cache.js'
import { declaresForAll, type ProgramProjects, programsOf } from './type-programs.js'
import { readTypeProjects, uncheckedFiles } from './type-projects.js'

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
  const findings = programsOf(selected).flatMap((projects) => checkPrograms(root, projects, cache, checked))
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

function checkPrograms(
  root: string,
  together: ProgramProjects,
  cache: SourceCache,
  checked: Set<string>,
): readonly Finding[] {
  const { projects, options } = together
  const program = ts.createProgram({
    rootNames: projects.flatMap(({ own }) => own),
    options,
    host: cache.hostFor(options),
    configFileParsingDiagnostics: projects.flatMap(({ errors }) => errors),
  })
  if (projects.length === 1 || !declaresForAll(program)) return checkProgram(root, together, program, checked)
  return projects.flatMap((project) =>
    checkPrograms(root, { projects: [project], options: project.options }, cache, checked),
  )
}

function checkProgram(
  root: string,
  { projects }: ProgramProjects,
  program: ts.Program,
  checked: Set<string>,
): readonly Finding[] {
  const named = new Set(projects.flatMap(({ own }) => own))
  const inferred = new Set(projects.flatMap(({ own, options }) => (options.declaration === true ? [] : own)))
  const sources = program
    .getSourceFiles()
    .filter((source) => named.has(source.fileName) || isNew(program, source, checked))
  for (const { fileName } of sources) checked.add(fileName)
  const found = sources.flatMap((source) => complaints(program, source, !inferred.has(source.fileName)))
  return [...overall(program), ...found].map((diagnostic) => finding(root, projects[0]?.file ?? '', diagnostic))
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

/** @param declares whether its declarations are wanted, too, as far as the program makes any */
function complaints(program: ts.Program, source: ts.SourceFile, declares: boolean): readonly ts.Diagnostic[] {
  const { declaration } = program.getCompilerOptions()
  return [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
    ...(declares && declaration === true ? program.getDeclarationDiagnostics(source) : []),
  ]
}

function finding(root: string, project: string, { file, start = 0, code, messageText }: ts.Diagnostic): Finding {
  const problem = `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
  if (file === undefined) return { file: project, problem }
  const { line, character } = ts.getLineAndCharacterOfPosition(file, start)
  return { file: `${relative(root, file.fileName)}:${line + 1}:${character + 1}`, problem }
}
