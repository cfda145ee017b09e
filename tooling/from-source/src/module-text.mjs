import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transformed } from './transformed.mjs'

/**
 * The text of an ES module in JavaScript or TypeScript; undefined for all else, and for libraries of this repository.
 *
 * @param {string} url
 */
export async function moduleText(url) {
  const [, path, extension] = /^(file:[^?#]+\.(m?[jt]s))(?:[?#]|$)/u.exec(url) ?? []
  if (path === undefined || path.includes('/node_modules/.pnpm/') || !existsSync(new URL(path))) return undefined
  if (extension === 'ts' || extension === 'mts') return transformed(fileURLToPath(path))
  return extension === 'mjs' || isOfModules(path) ? readFileSync(new URL(path), 'utf8') : undefined
}

/**
 * Whether a file is of a package whose `.js` are ES modules.
 *
 * @param {string} url
 * @returns {boolean}
 */
function isOfModules(url) {
  const manifest = new URL('package.json', url)
  if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, 'utf8')).type === 'module'
  const folder = new URL('.', url)
  const above = new URL('..', url)
  return above.href !== folder.href && isOfModules(above.href)
}
