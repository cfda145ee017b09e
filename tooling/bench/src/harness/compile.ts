import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'

const source = join(dirname(fileURLToPath(import.meta.url)), '..', 'programs')
const folder = join(source, '..', '..', 'dist')

/** Libraries that are CommonJS ask for parts of Node by `require`, which an ES module does not have by itself. */
const requireForLibraries =
  "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url)"

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
    config: false,
    entry: { [name]: join(source, `${name}.ts`) },
    outDir: folder,
    format: ['esm'],
    target: 'node20',
    platform: 'node',
    dts: false,
    sourcemap: true,
    splitting: false,
    silent: true,
    noExternal: [/./],
    banner: { js: requireForLibraries },
    outExtension: () => ({ js: '.mjs' }),
    esbuildOptions: (options) => {
      options.conditions = ['@millrace/source']
    },
  })
  return join(folder, `${name}.mjs`)
}
