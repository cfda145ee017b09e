/**
 * Bundles the sources once for all processes that tests start: one file is read much faster than hundreds. Modules that
 * bundles share are in files of their own, so that a class, a symbol or a state exists once in a process, however it was
 * imported.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { cacheFolder } from './cache-folder.mjs'
import { entries, ofManyFiles } from './entries.mjs'
import { keepBundles } from './keep-bundles.mjs'
import { startingFiles } from './starting-files.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Set up by jest before all tests: bundles the sources and says to the tests, by a variable, where the bundles are. */
export default async function bundleSources() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...entries(root)],
    bundle: true,
    splitting: true,
    treeShaking: false,
    keepNames: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@millrace/source', 'node-addons'],
    outdir: cacheFolder,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    write: false,
    logLevel: 'warning',
    banner: { js: requireOfNode },
    plugins: [ownAddresses, librariesOutside],
  })
  process.env.MILLRACE_BUNDLES = keepBundles(root, [...outputFiles.map(withOwnImport), ...startingFiles], metafile)
}

/** @type {import('esbuild').Plugin} In a bundle, a module knows itself by the address of its source. */
const ownAddresses = {
  name: 'own addresses',
  setup({ onLoad }) {
    onLoad({ filter: /\/(?:packages|apps)\/.*\.m?[jt]s$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      loader: path.endsWith('ts') ? 'ts' : 'js',
    }))
  },
}

/** @type {import('esbuild').Plugin} Libraries stay where they are, except for those of many files. */
const librariesOutside = {
  name: 'libraries outside',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (kind === 'entry-point' || pluginData === resolving) return undefined
      const found = await resolve(path, { kind, resolveDir, pluginData: resolving })
      // A library asks for another at run time that nobody has installed.
      if (found.errors.length > 0 && importer.includes('/node_modules/')) return { path, external: true }
      if (found.errors.length > 0 || found.external || importer.includes('/node_modules/') || ofManyFiles.test(path))
        return found
      return { path: pathToFileURL(found.path).href, external: true }
    })
  },
}
const resolving = Symbol('resolving')

/** Libraries that are CommonJS load modules of Node by it. */
const requireOfNode =
  "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url)"

/**
 * V8 does not know what `import()` means in code that comes from a cache, so bundles ask their loader by a name of its own.
 *
 * @param {import('esbuild').OutputFile} file
 */
function withOwnImport({ path, contents, text }) {
  if (!path.endsWith('.mjs')) return { path, contents }
  return { path, contents: Buffer.from(text.replaceAll(/\bimport\(/gu, 'import.meta.import(')) }
}
