import ts from 'typescript'
import type { TypeProject } from './type-projects.js'

/** What is checked as one program. */
export interface ProgramProjects {
  readonly projects: readonly TypeProject[]
  readonly options: ts.CompilerOptions
}

/** Puts those together that are checked alike. */
export function programsOf(projects: readonly TypeProject[]): readonly ProgramProjects[] {
  const programs = new Map<string, TypeProject[]>()
  for (const project of projects) {
    const { configFilePath, ...options } = forChecking(project.options)
    const key = JSON.stringify(Object.entries(options).sort())
    programs.set(key, [...(programs.get(key) ?? []), project])
  }
  return [...programs.values()].flatMap((alike): readonly ProgramProjects[] => {
    const [first] = alike
    return first === undefined ? [] : [{ projects: alike, options: forChecking(first.options) }]
  })
}

/**
 * Whether declarations are wanted changes no type, only what is asked of a file afterwards. TypeScript does not make them
 * for a program with JavaScript under these settings.
 */
function forChecking(options: ts.CompilerOptions): ts.CompilerOptions {
  if (options.declaration === true || options.allowJs === true) return options
  return { ...options, declaration: true, isolatedDeclarations: true }
}

/** Whether a source of the repository declares a global or a module, which everybody sees who is in its program. */
export function declaresForAll(program: ts.Program): boolean {
  return program
    .getSourceFiles()
    .some((source) => !/\/node_modules\/|\.json$/.test(source.fileName) && isForAll(source))
}

function isForAll(source: ts.SourceFile): boolean {
  return (
    !ts.isExternalModule(source) ||
    source.statements.some((statement) => ts.isModuleDeclaration(statement) && !isNamespace(statement))
  )
}

/** A namespace belongs to its file; `declare global` and `declare module 'name'` do not. */
function isNamespace({ name, flags }: ts.ModuleDeclaration): boolean {
  return ts.isIdentifier(name) && (flags & ts.NodeFlags.GlobalAugmentation) === 0
}
