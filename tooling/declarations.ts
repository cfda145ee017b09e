import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'tsup'
import ts from 'typescript'

const folder = join('dist', '.declarations')

/**
 * Writes the declarations of the package in the current folder to `dist`: one file for each of its exports, with what
 * the export refers to rolled up in it.
 *
 * Exports have explicit types (isolatedDeclarations), so the declarations of a file follow from that file alone, and no
 * type is computed here. Whether the types are right is a matter of `pnpm typecheck`.
 *
 * @throws Error when an export has no explicit type
 */
export async function buildDeclarations(): Promise<void> {
  const compilerOptions = readOptions()
  for (const file of sources()) writeDeclarations(file, compilerOptions)
  try {
    await build({ config: false, silent: true, format: ['esm'], entry: entries(), dts: { only: true } })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readOptions(): ts.CompilerOptions {
  const host = { ...ts.sys, readDirectory: () => [], onUnRecoverableConfigFileDiagnostic: fail }
  const parsed = ts.getParsedCommandLineOfConfigFile('tsconfig.json', {}, host)
  return { ...parsed?.options, noEmit: false }
}

function sources(): readonly string[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  )
}

function writeDeclarations(file: string, compilerOptions: ts.CompilerOptions): void {
  const fileName = join('src', file)
  const text = readFileSync(fileName, 'utf8')
  const { outputText, diagnostics } = ts.transpileDeclaration(text, {
    fileName,
    compilerOptions,
    reportDiagnostics: true,
  })
  diagnostics?.forEach(fail)
  const target = declarationOf(file)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, outputText)
}

function declarationOf(source: string): string {
  return join(folder, source.replace(/\.ts$/, '.d.ts'))
}

function fail(diagnostic: ts.Diagnostic): never {
  throw new Error(
    ts.formatDiagnostic(diagnostic, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => process.cwd(),
      getNewLine: () => '\n',
    }),
  )
}

/** The declarations to roll up, by the names that the exports of the manifest give them: `./dist/NAME.d.ts`. */
function entries(): Record<string, string> {
  const { exports = {} } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports?: Record<string, unknown> } // the manifests check sees to it
  return Object.fromEntries(
    Object.values(exports).flatMap((target) => {
      const source = pathOf(target, '@millrace/source', /^\.\/src\/(.+\.ts)$/)
      const types = pathOf(target, 'types', /^\.\/dist\/(.+)\.d\.ts$/)
      return source === undefined || types === undefined ? [] : [[types, declarationOf(source)]]
    }),
  )
}

/** What a condition of an export points at, as far as the pattern catches it. */
function pathOf(target: unknown, condition: string, pattern: RegExp): string | undefined {
  const path: unknown = typeof target === 'object' && target !== null ? Reflect.get(target, condition) : undefined
  return typeof path === 'string' ? pattern.exec(path)?.[1] : undefined
}
