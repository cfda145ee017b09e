import type { Manifest } from '../workspace.js'

/**
 * The export condition that makes source the truth inside the workspace. It must not reach the registry, where there
 * is no source.
 */
export const sourceCondition = '@millrace/source'

/**
 * What is wrong with the `exports` of a manifest: each entry must name source, types and default in this order, and
 * `publishConfig.exports` must be the same without source. An entry may also be a plain path to a file that is not
 * code, such as a JSON Schema.
 *
 * @param exists - tells whether a path exists, relative to the package's folder
 */
export function exportsProblems(manifest: Manifest, exists: (path: string) => boolean): readonly string[] {
  if (!isRecord(manifest.exports) || !('.' in manifest.exports)) return ['exports must have an entry "."']
  return [
    ...Object.entries(manifest.exports).flatMap(([entry, target]) => entryProblems(entry, target, exists)),
    ...publishedProblems(manifest.exports, manifest.publishConfig?.exports),
  ]
}

function entryProblems(entry: string, target: unknown, exists: (path: string) => boolean): readonly string[] {
  if (typeof target === 'string') return exists(target) ? [] : [`exports["${entry}"]: ${target} does not exist`]
  if (!isRecord(target)) return [`exports["${entry}"] must be a mapping of conditions`]
  const source = target[sourceCondition]
  if (typeof source !== 'string' || !/^\.\/src\/[\w/-]+\.ts$/.test(source)) {
    return [`exports["${entry}"] must begin with the condition ${sourceCondition}: ./src/….ts`]
  }
  const built = source.replace('./src/', './dist/').replace(/\.ts$/, '')
  const expected = { [sourceCondition]: source, types: `${built}.d.ts`, default: `${built}.js` }
  return [
    ...(exists(source) ? [] : [`exports["${entry}"]: ${source} does not exist`]),
    ...(sameInOrder(target, expected) ? [] : [`exports["${entry}"] must be ${JSON.stringify(expected)}`]),
  ]
}

function publishedProblems(exports: Readonly<Record<string, unknown>>, published: unknown): readonly string[] {
  const expected = Object.fromEntries(Object.entries(exports).map(([entry, target]) => [entry, withoutSource(target)]))
  return sameInOrder(published, expected)
    ? []
    : [`publishConfig.exports must be exports without ${sourceCondition}: ${JSON.stringify(expected)}`]
}

function withoutSource(target: unknown): unknown {
  if (!isRecord(target)) return target
  return Object.fromEntries(Object.entries(target).filter(([condition]) => condition !== sourceCondition))
}

/** Node takes the first condition that matches, so the order counts. */
function sameInOrder(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
