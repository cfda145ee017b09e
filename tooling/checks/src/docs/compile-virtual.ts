import { dirname } from 'node:path'
import ts from 'typescript'
import type { Workspace } from '../workspace.js'
import { baseOptions, createModuleResolver } from './module-resolver.js'

/** A file that exists only for the compiler. */
export interface VirtualFile {
  /** Absolute. */
  readonly path: string
  readonly text: string
}

/** A complaint of the compiler about a virtual file; `line` counts from 0. */
export interface Complaint {
  readonly path: string
  readonly line: number
  readonly message: string
}

/** Type-checks virtual files with the strict settings of the workspace, against the sources of its packages. */
export function compileVirtual(workspace: Workspace, files: readonly VirtualFile[]): readonly Complaint[] {
  const options = { ...baseOptions(workspace.root), isolatedDeclarations: false, declaration: false }
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  const host = virtualHost(workspace, options, texts)
  const program = ts.createProgram({ rootNames: [...texts.keys()], options, host })
  return [...texts.keys()].flatMap((path) => {
    const source = program.getSourceFile(path)
    return source === undefined ? [] : complaints(program, source)
  })
}

function virtualHost(
  workspace: Workspace,
  options: ts.CompilerOptions,
  texts: ReadonlyMap<string, string>,
): ts.CompilerHost {
  const host = ts.createCompilerHost(options)
  const folders = new Set([...texts.keys()].map((path) => dirname(path)))
  const withFiles: ts.CompilerHost = {
    ...host,
    getCurrentDirectory: () => workspace.root,
    fileExists: (path) => texts.has(path) || host.fileExists(path),
    readFile: (path) => texts.get(path) ?? host.readFile(path),
    directoryExists: (path) => folders.has(path) || ts.sys.directoryExists(path),
    getSourceFile: (path, settings, ...rest) => {
      const text = texts.get(path)
      return text === undefined
        ? host.getSourceFile(path, settings, ...rest)
        : ts.createSourceFile(path, text, { ...asSettings(settings), impliedNodeFormat: ts.ModuleKind.ESNext }, true)
    },
  }
  return { ...withFiles, resolveModuleNameLiterals: createModuleResolver(workspace, options, withFiles) }
}

function asSettings(settings: ts.ScriptTarget | ts.CreateSourceFileOptions): ts.CreateSourceFileOptions {
  return typeof settings === 'object' ? settings : { languageVersion: settings }
}

function complaints(program: ts.Program, source: ts.SourceFile): readonly Complaint[] {
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((diagnostic) => ({
    path: source.fileName,
    line: source.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line,
    message: ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'),
  }))
}
