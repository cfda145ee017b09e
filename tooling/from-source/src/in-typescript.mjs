import { existsSync } from 'node:fs'

/**
 * The URL of the TypeScript that stands for JavaScript which is not there.
 *
 * @param {string} specifier
 * @param {string} parent
 */
export function inTypeScript(specifier, parent) {
  if (!/^(?:\.{1,2}\/|\/|file:).*\.m?js$/u.test(specifier)) return undefined
  const url = new URL(specifier.replace(/js$/u, 'ts'), parent)
  return url.protocol === 'file:' && existsSync(url) ? url.href : undefined
}
