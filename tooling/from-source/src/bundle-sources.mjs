/**
 * Bundles the sources once for all processes that tests start: one file is read much faster than hundreds. Modules that
 * bundles share are in files of their own, so that a class, a symbol or a state exists once in a process, however it was
 * imported.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { cacheFolder } from './cache-folder.mjs'
import { entries } from './entries.mjs'

/**
 * What there is in a folder of bundles.
 *
 * @typedef BundleIndex
 * @property {string} folder its URL
 * @property {Record<string, string>} entries URLs of sources, and the names of their bundles
 * @property {readonly string[]} inside URLs of sources that are in a bundle and have none of their own
 */

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
    plugins: [ownAddresses, librariesOutside],
  })
  process.env.MILLRACE_BUNDLES = keep(outputFiles, metafile)
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

/** @type {import('esbuild').Plugin} Libraries stay where they are, except for those that are entries. */
const librariesOutside = {
  name: 'libraries outside',
  setup({ onResolve, resolve }) {
    const inside = new Set(entries(root))
    onResolve({ filter: /^[^./]/ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (kind === 'entry-point' || pluginData === resolving) return undefined
      const found = await resolve(path, { kind, resolveDir, pluginData: resolving })
      if (found.errors.length > 0 || found.external || inside.has(found.path)) return found
      return { path: pathToFileURL(found.path).href, external: true }
    })
  },
}
const resolving = Symbol('resolving')

/**
 * Keeps bundles in a folder named by what is in them.
 *
 * @param {readonly import('esbuild').OutputFile[]} files
 * @param {import('esbuild').Metafile} metafile
 */
function keep(files, { inputs, outputs }) {
  const hash = createHash('sha256')
  for (const { path, contents } of files) hash.update(basename(path)).update(contents)
  const folder = join(cacheFolder, hash.digest('hex').slice(0, 16))
  if (existsSync(folder)) return folder
  const part = `${folder}.${process.pid}`
  mkdirSync(part, { recursive: true })
  for (const { path, contents } of files) writeFileSync(join(part, basename(path)), contents)
  /** @param {string} path */
  const urlOf = (path) => pathToFileURL(join(root, path)).href
  const bundles = Object.entries(outputs).flatMap(([path, { entryPoint }]) =>
    entryPoint === undefined ? [] : [/** @type {const} */ ([urlOf(entryPoint), basename(path)])],
  )
  /** @type {BundleIndex} */
  const index = {
    folder: `${pathToFileURL(folder).href}/`,
    entries: Object.fromEntries(bundles),
    inside: Object.keys(inputs)
      .map(urlOf)
      .filter((url) => !bundles.some(([source]) => source === url)),
  }
  writeFileSync(join(part, 'index.json'), JSON.stringify(index))
  try {
    renameSync(part, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
    rmSync(part, { recursive: true })
  }
  return folder
}
