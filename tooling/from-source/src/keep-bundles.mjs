import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cacheFolder } from './cache-folder.mjs'
import { makeCodeCaches } from './make-code-caches.mjs'

/**
 * What there is in a folder of bundles.
 *
 * @typedef BundleIndex
 * @property {Record<string, string>} entries URLs of sources, and the names of their bundles
 * @property {readonly string[]} inside URLs of sources that are in a bundle and have none of their own
 */

/**
 * A file to be kept, by its name or path.
 *
 * @typedef {Pick<import('esbuild').OutputFile, 'path' | 'contents'>} BundleFile
 */

const folders = join(cacheFolder, 'bundles')
const dayMs = 24 * 60 * 60 * 1000

/**
 * Keeps bundles in a folder named by what is in them, and removes those that nobody has used for a day.
 *
 * @param {string} root that of the workspace
 * @param {readonly BundleFile[]} files
 * @param {import('esbuild').Metafile} metafile
 * @returns {string} the folder
 */
export function keepBundles(root, files, metafile) {
  const folder = join(folders, hashOf(files))
  if (!existsSync(folder)) {
    const part = `${folder}.${process.pid}`
    mkdirSync(part, { recursive: true })
    for (const { path, contents } of files) writeFileSync(join(part, basename(path)), contents)
    makeCodeCaches(part)
    writeFileSync(join(part, 'index.json'), JSON.stringify(indexOf(root, metafile)))
    moveTo(folder, part)
  }
  const now = new Date()
  utimesSync(folder, now, now)
  for (const name of readdirSync(folders))
    if (now.getTime() - statSync(join(folders, name)).mtimeMs > dayMs) rmSync(join(folders, name), { recursive: true })
  return folder
}

/** @param {readonly BundleFile[]} files */
function hashOf(files) {
  const hash = createHash('sha256').update(process.version)
  for (const { path, contents } of files) hash.update(basename(path)).update(contents)
  return hash.digest('hex').slice(0, 16)
}

/**
 * @param {string} root
 * @param {import('esbuild').Metafile} metafile
 * @returns {BundleIndex}
 */
function indexOf(root, { inputs, outputs }) {
  /** @param {string} path */
  const urlOf = (path) => pathToFileURL(join(root, path)).href
  const entries = Object.fromEntries(
    Object.entries(outputs).flatMap(([path, { entryPoint }]) =>
      entryPoint === undefined ? [] : [[urlOf(entryPoint), basename(path)]],
    ),
  )
  const inside = Object.keys(inputs)
    .filter((path) => !path.includes('node_modules/'))
    .map(urlOf)
    .filter((url) => !(url in entries))
  return { entries, inside }
}

/**
 * Another run of the tests may have been faster; what it has kept is the same.
 *
 * @param {string} folder
 * @param {string} part
 */
function moveTo(folder, part) {
  try {
    renameSync(part, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
    rmSync(part, { recursive: true })
  }
}
