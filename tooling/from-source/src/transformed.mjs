import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheFolder } from './cache-folder.mjs'

/**
 * A TypeScript file as JavaScript, from the cache if it was transformed before.
 *
 * @param {string} path
 */
export async function transformed(path) {
  const text = readFileSync(path, 'utf8')
  const key = createHash('sha256').update(`${path}\n${text}`).digest('hex')
  const cached = join(cacheFolder, 'files', `${key}.mjs`)
  if (existsSync(cached)) return readFileSync(cached, 'utf8')
  const { transform } = await import('esbuild')
  const { code } = await transform(text, {
    loader: 'ts',
    format: 'esm',
    target: 'node20',
    sourcefile: path,
    sourcemap: 'inline',
    sourcesContent: false,
  })
  keep(cached, code)
  return code
}

/**
 * Writes a file so that other processes see it whole or not at all.
 *
 * @param {string} path
 * @param {string} text
 */
function keep(path, text) {
  mkdirSync(dirname(path), { recursive: true })
  const part = `${path}.${process.pid}`
  writeFileSync(part, text)
  renameSync(part, path)
}
