/**
 * Stacks that name the sources. Node would read the source map of each module as soon as the module; here it is read when the
 * first stack is asked for.
 */
import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'

/** @type {Map<string, string>} */
const texts = new Map()
/** @type {Map<string, SourceMap | undefined>} */
const maps = new Map()

/**
 * A module was loaded.
 *
 * @param {string} url
 * @param {string} text what stands in it, with the address of its source map
 */
export function tellSources(url, text) {
  texts.set(url, text)
  Error.prepareStackTrace = stackText
}

/** @type {NonNullable<typeof Error.prepareStackTrace>} See https://v8.dev/docs/stack-trace-api */
function stackText(error, frames) {
  return [Error.prototype.toString.call(error), ...frames.map((frame) => `    at ${inSource(String(frame))}`)].join(
    '\n',
  )
}

/** @param {string} frame */
function inSource(frame) {
  return frame.replace(/(file:[^\s()]+):(\d+):(\d+)/u, (place, url, line, column) => {
    const entry = mapOf(url)?.findEntry(Number(line) - 1, Number(column) - 1)
    if (entry === undefined || !('originalSource' in entry)) return place
    const { originalSource, originalLine, originalColumn } = entry
    return `${fileURLToPath(new URL(originalSource, url))}:${originalLine + 1}:${originalColumn + 1}`
  })
}

/** @param {string} url */
function mapOf(url) {
  if (!maps.has(url)) maps.set(url, readMap(url))
  return maps.get(url)
}

/** @param {string} url */
function readMap(url) {
  const [, address] = /\n\/\/# sourceMappingURL=(\S+)\s*$/u.exec(texts.get(url) ?? '') ?? []
  if (address === undefined) return undefined
  const [, inline] = /^data:application\/json;base64,(.*)$/u.exec(address) ?? []
  const json =
    inline === undefined ? readFileSync(new URL(address, url), 'utf8') : Buffer.from(inline, 'base64').toString()
  return new SourceMap(JSON.parse(json))
}
