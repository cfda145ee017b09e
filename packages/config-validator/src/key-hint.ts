import { nearestName } from '@millrace/contracts'
import { isSchema, type Schema } from './dialect.js'
import { holdsSecret } from './secret-key.js'

/**
 * What to do about an unknown key: where it belongs, what it was probably meant to be, or what is possible.
 *
 * @param known the keys of the mapping that it stands in
 * @param elsewhere the mappings that have a key of this name, as paths
 */
export function keyHint(key: string, known: readonly string[], elsewhere: readonly string[]): string {
  const [home] = elsewhere
  if (home !== undefined && elsewhere.length === 1) return `is not a known key here; it belongs under ${home}`
  const near = nearestKey(key, known)
  if (near !== undefined) return `is not a known key; did you mean ${near}?`
  if (holdsSecret(key)) return `is not a known key: ${secretHint(known)}`
  return known.length === 0 ? 'is not a known key' : `is not a known key; known here: ${known.join(', ')}`
}

/** The known key that was probably meant. A key that looks like a secret must be nearly right: the advice for secrets is better. */
export function nearestKey(key: string, known: readonly string[]): string | undefined {
  return holdsSecret(key) ? nearestName(key, known, Math.min(2, key.length - 2)) : nearestName(key, known)
}

function secretHint(known: readonly string[]): string {
  const instead = known.filter((name) => holdsSecret(name) && /_(?:env|file)$/.test(name))
  const advice = instead.length === 0 ? 'name an environment variable instead' : `use ${instead.join(' or ')}`
  return `secrets never stand in a configuration; ${advice}`
}

/** For every key of a schema, the paths of the mappings that have it. */
export function keyHomes(schema: Schema): ReadonlyMap<string, readonly string[]> {
  const homes = new Map<string, Set<string>>()
  collect(schema, '', homes)
  return new Map([...homes].map(([key, paths]) => [key, [...paths]]))
}

function collect(schema: Schema, path: string, homes: Map<string, Set<string>>): void {
  for (const [key, part] of Object.entries(isSchema(schema.properties) ? schema.properties : {})) {
    homes.set(key, (homes.get(key) ?? new Set()).add(path))
    if (isSchema(part)) collect(part, path === '' ? key : `${path}.${key}`, homes)
  }
  if (isSchema(schema.items)) collect(schema.items, `${path}[]`, homes)
  for (const branch of Array.isArray(schema.oneOf) ? schema.oneOf : [])
    if (isSchema(branch)) collect(branch, path, homes)
}
