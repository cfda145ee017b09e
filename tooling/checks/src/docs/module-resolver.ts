import { join } from 'node:path'
import ts from 'typescript'
import type { Workspace } from '../workspace.js'

type Resolver = NonNullable<ts.CompilerHost['resolveModuleNameLiterals']>

/** The compiler options of tsconfig.base.json. */
export function baseOptions(root: string): ts.CompilerOptions {
  const file = join(root, 'tsconfig.base.json')
  const read = ts.readConfigFile(file, (path) => ts.sys.readFile(path))
  const { options, errors } = ts.parseJsonConfigFileContent({ ...read.config, files: [] }, ts.sys, root)
  const fatal = [...(read.error === undefined ? [] : [read.error]), ...errors.filter(({ code }) => code !== emptyFiles)]
  if (fatal[0] !== undefined) throw new TypeError(ts.flattenDiagnosticMessageText(fatal[0].messageText, '\n'))
  return options
}

/** "The 'files' list is empty": there are only virtual files. */
const emptyFiles = 18002

/**
 * Resolves imports as Node would from the importing file. What is not found there is looked for from each package of
 * the workspace in turn: a document at the root may show any package and what comes with it.
 */
export function createModuleResolver(
  workspace: Workspace,
  options: ts.CompilerOptions,
  host: ts.ModuleResolutionHost,
): Resolver {
  const cache = ts.createModuleResolutionCache(workspace.root, (name) => name, options)
  const vantages = workspace.packages.map((pkg) => join(workspace.root, pkg.folder, 'src', 'index.ts'))
  return (literals, containingFile, redirected, settings) =>
    literals.map((literal) => {
      const from = (file: string): ts.ResolvedModuleWithFailedLookupLocations =>
        ts.resolveModuleName(literal.text, file, settings, host, cache, redirected, ts.ModuleKind.ESNext)
      const direct = from(containingFile)
      if (direct.resolvedModule !== undefined || literal.text.startsWith('.')) return direct
      return vantages.map(from).find((found) => found.resolvedModule !== undefined) ?? direct
    })
}
