import { join, relative } from 'node:path'
import ts from 'typescript'

/** One tsconfig.json: the files whose types it answers for, and how they are checked. */
export interface TypeProject {
  /** The tsconfig.json, relative to the root. */
  readonly file: string
  /** What is wrong with the tsconfig.json itself. */
  readonly errors: readonly ts.Diagnostic[]
  /** Absolute. */
  readonly own: readonly string[]
  readonly options: ts.CompilerOptions
}

/** Reads each tsconfig.json among the files of the repository. */
export function readTypeProjects(root: string, files: readonly string[]): readonly TypeProject[] {
  return files
    .filter((file) => file.endsWith('/tsconfig.json') && !isFixture(file))
    .map((file) => readTypeProject(root, file))
}

/** The TypeScript files of the repository that no program contains, relative to the root. Fixtures may be wrong on purpose. */
export function uncheckedFiles(
  root: string,
  files: readonly string[],
  checked: ReadonlySet<string>,
): readonly string[] {
  return files.filter((file) => /\.[mc]?ts$/.test(file) && !isFixture(file) && !checked.has(join(root, file)))
}

function isFixture(file: string): boolean {
  return file.includes('/fixtures/')
}

function readTypeProject(root: string, file: string): TypeProject {
  const unreadable: ts.Diagnostic[] = []
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (error: ts.Diagnostic) => void unreadable.push(error) }
  const parsed = ts.getParsedCommandLineOfConfigFile(join(root, file), { noEmit: true }, host)
  return {
    file: relative(root, join(root, file)),
    errors: [...unreadable, ...(parsed?.errors ?? [])],
    own: parsed?.fileNames ?? [],
    options: parsed?.options ?? {},
  }
}
