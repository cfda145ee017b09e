import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Options } from 'tsup'

const source = join(dirname(fileURLToPath(import.meta.url)), '..', 'programs')
const folder = join(source, '..', '..', 'dist')
const packages = join(source, '..', '..', '..', '..', 'packages')

/** Libraries that are CommonJS ask for parts of Node by `require`, which an ES module does not have by itself. */
const requireForLibraries =
  "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url)"

/** What only a configuration could ask for: the dependencies of some of them cannot be put into one file. */
const page = '@millrace/console'
const optional = ['@millrace/web-fastify', '@millrace/observability', page]
/** Finds its binary by where its own files are. */
const native = ['zeromq']
/** What the web server imports only for interfaces that nobody measures. */
const webOptional = ['graphql', 'graphql-yoga']

const common = {
  config: false,
  format: ['esm'],
  target: 'node20',
  platform: 'node',
  dts: false,
  sourcemap: true,
  silent: true,
  noExternal: [/./],
  banner: { js: requireForLibraries },
} satisfies Options

/**
 * Compiles a program with all it imports into one file, by the tool and the target that the packages are published with:
 * both sides of a comparison get the same JavaScript, and nobody measures what a loader adds to functions.
 *
 * @param name of a file in `programs`, without its ending
 * @returns the file to be run
 */
export async function compile(name: string): Promise<string> {
  mkdirSync(folder, { recursive: true })
  await build({
    ...common,
    entry: { [name]: join(source, `${name}.ts`) },
    outDir: folder,
    splitting: false,
    outExtension: () => ({ js: '.mjs' }),
    esbuildOptions: (options) => {
      options.conditions = ['@millrace/source']
      options.external = [...optional, ...native]
    },
  })
  return join(folder, `${name}.mjs`)
}

/** An application that starts worker processes. */
export interface CompiledApplication {
  /** Names its folder. */
  readonly name: string
  /** Files in `programs`, without their endings: the program, and the modules that workers import. */
  readonly programs: readonly string[]
  /** Packages and the files of `programs` that take their place. @default none */
  readonly replaced?: Readonly<Record<string, string>>
  /** Whether it opens a web server, and may have telemetry. @default false */
  readonly opensWeb?: boolean
}

/**
 * Compiles programs and the worker's own beside them. What they share is in files that all of them import, so a definition is
 * the same object for whoever imports it.
 *
 * @returns the folder, with a `.js` for each program
 */
export async function compileApplication({
  name,
  programs,
  replaced = {},
  opensWeb = false,
}: CompiledApplication): Promise<string> {
  const outDir = join(folder, name)
  mkdirSync(outDir, { recursive: true })
  const entries = programs.map((program) => [program, join(source, `${program}.ts`)])
  await build({
    ...common,
    entry: { ...Object.fromEntries(entries), worker: join(packages, 'kernel/src/worker.ts') },
    outDir,
    clean: true,
    splitting: true,
    outExtension: () => ({ js: '.js' }),
    esbuildOptions: (options) => {
      options.conditions = ['@millrace/source']
      options.external = [...(opensWeb ? [...webOptional, page] : optional), ...native]
      options.alias = Object.fromEntries(
        Object.entries(replaced).map(([from, program]) => [from, join(source, `${program}.ts`)]),
      )
    },
  })
  return outDir
}
