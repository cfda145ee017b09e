/**
 * How modules are found and read in a process that runs the sources.
 *
 * H1  An import is resolved as Node does it, save that `.js` stands for a `.ts` beside it, as TypeScript has it.
 * H2  What it resolves to is read from its bundle, where it has one.
 * H3  What is inside of a bundle is never read beside it: the process would have two of each class.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transformed } from './transformed.mjs'

/** @type {import('./keep-bundles.mjs').BundleIndex} */
let index = { folder: '', entries: {}, inside: [] }

/** @param {string | null} folder that of the bundles */
export function initialize(folder) {
  if (folder !== null) index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'))
}

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, nextResolve) {
  if (isInBundles(context.parentURL) && specifier.startsWith('./'))
    return { url: new URL(specifier, context.parentURL).href, format: 'module', shortCircuit: true }
  const resolved = await nextResolve(inTypeScript(specifier, context.parentURL) ?? specifier, context)
  const bundle = index.entries[resolved.url]
  return bundle === undefined ? resolved : { url: index.folder + bundle, format: 'module', shortCircuit: true }
}

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  if (index.inside.includes(url))
    throw new Error(`${url} is inside of a bundle and cannot be loaded beside it; make it one of the entries`)
  if (!/^file:[^?#]+\.m?ts(?:[?#]|$)/u.test(url)) return nextLoad(url, context)
  return { format: 'module', source: await transformed(fileURLToPath(url)), shortCircuit: true }
}

/** @param {string | undefined} url */
function isInBundles(url) {
  return index.folder !== '' && url?.startsWith(index.folder) === true
}

/**
 * The URL of the TypeScript that stands for JavaScript which is not there.
 *
 * @param {string} specifier
 * @param {string | undefined} parent
 */
function inTypeScript(specifier, parent) {
  if (!/^(?:\.{1,2}\/|\/|file:).*\.m?js$/u.test(specifier)) return undefined
  const url = new URL(specifier.replace(/js$/u, 'ts'), parent)
  return url.protocol === 'file:' && existsSync(url) ? url.href : undefined
}
