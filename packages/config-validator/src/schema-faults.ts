import type { ErrorObject } from 'ajv/dist/2020.js'
import { isSchema, type Schema } from './dialect.js'
import { expectation } from './expectation.js'
import type { Path } from './path.js'

/** One way in which a value breaks its schema, without a word about the value itself. */
export type SchemaFault =
  | { readonly kind: 'unknown'; readonly path: Path; readonly known: readonly string[] }
  | { readonly kind: 'name'; readonly path: Path; readonly expected: string }
  | { readonly kind: 'missing'; readonly path: Path; readonly expected: string | undefined }
  | { readonly kind: 'wrong'; readonly path: Path; readonly expected: string; readonly data: unknown }

/** What a validator has found, in its order, once for each place. Of a union only the branch that was meant is told. */
export function schemaFaults(errors: readonly ErrorObject[], root: unknown): readonly SchemaFault[] {
  const kept: ErrorObject[] = []
  for (const error of errors) {
    if (isUnion(error)) kept.push(...branchMeant(error, takeBranches(kept, error)))
    else if (error.keyword !== 'if') kept.push(error)
  }
  const faults = kept.flatMap((error) => faultOf(error, typedPath(error.instancePath, root)))
  const seen = new Set<string>()
  return faults.filter(({ path }) => {
    const place = JSON.stringify(path)
    return !seen.has(place) && seen.add(place)
  })
}

function faultOf(error: ErrorObject, path: Path): readonly SchemaFault[] {
  const schema: Schema = error.parentSchema ?? {}
  const params: Schema = error.params
  const wrong = (expected: string): readonly SchemaFault[] => [{ kind: 'wrong', path, expected, data: error.data }]
  switch (error.keyword) {
    case 'additionalProperties':
      return [{ kind: 'unknown', path: [...path, String(params.additionalProperty)], known: keysOf(schema) }]
    case 'unevaluatedProperties':
      return [{ kind: 'unknown', path: [...path, String(params.unevaluatedProperty)], known: keysOf(schema) }]
    case 'required':
    case 'dependentRequired':
      return [missing(schema, path, String(params.missingProperty))]
    case 'discriminator':
      return wrongTag(schema, path, String(params.tag), error.data)
    case 'propertyNames':
      return [{ kind: 'name', path: [...path, String(params.propertyName)], expected: nameDemand(schema) }]
    case 'items':
    case 'unevaluatedItems':
      return wrong(`must have at most ${params.limit ?? params.len} entries`)
    case 'not':
      return wrong('is what its schema rules out')
    default:
      // What is said of a key as if it were a value is told once, by propertyNames.
      return error.propertyName === undefined ? wrong(demand(schema)) : []
  }
}

function demand(schema: Schema): string {
  return typeof schema.patternErrorMessage === 'string' ? schema.patternErrorMessage : `must be ${expectation(schema)}`
}

function nameDemand({ propertyNames }: Schema): string {
  return isSchema(propertyNames) ? demand({ type: 'string', ...propertyNames }) : 'is ruled out'
}

function missing(schema: Schema, path: Path, key: string): SchemaFault {
  const wanted = isSchema(schema.properties) ? schema.properties[key] : undefined
  const tags = schema.discriminator === undefined ? undefined : `must be ${expectation(tagSchema(schema, key))}`
  return { kind: 'missing', path: [...path, key], expected: isSchema(wanted) ? demand(wanted) : tags }
}

/** Where the tag is missing altogether, `required` has told it. */
function wrongTag(schema: Schema, path: Path, tag: string, data: unknown): readonly SchemaFault[] {
  const given = isSchema(data) ? data[tag] : undefined
  if (given === undefined) return []
  const expected = `must be ${expectation(tagSchema(schema, tag))}`
  return [{ kind: 'wrong', path: [...path, tag], expected, data: given }]
}

function tagSchema(schema: Schema, tag: string): Schema {
  const branches = Array.isArray(schema.oneOf) ? schema.oneOf.filter(isSchema) : []
  const tags = branches.map((branch) => (isSchema(branch.properties) ? branch.properties[tag] : undefined))
  return { anyOf: tags }
}

function keysOf(schema: Schema): readonly string[] {
  return isSchema(schema.properties) ? Object.keys(schema.properties) : []
}

function isUnion(error: ErrorObject): boolean {
  return error.keyword === 'anyOf' || error.keyword === 'oneOf'
}

/** Takes back what the branches of a union have reported: it stands at the end, up to the first error of something else. */
function takeBranches(kept: ErrorObject[], union: ErrorObject): readonly ErrorObject[] {
  const siblings = union.schemaPath.slice(0, -union.keyword.length)
  let first = kept.length
  while (first > 0) {
    const error = kept[first - 1]
    if (error === undefined || !isWithin(error.instancePath, union.instancePath)) break
    // An error inside a $ref has a path of its own; one of a sibling keyword belongs to the same schema.
    if (error.schemaPath.startsWith(siblings) && !isWithin(error.schemaPath, union.schemaPath)) break
    first--
  }
  return kept.splice(first)
}

function isWithin(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}/`)
}

/** The errors of the one branch that was meant; the union as a whole where that is not clear. */
function branchMeant(union: ErrorObject, errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const branches = new Map<string, ErrorObject[]>()
  for (const error of errors) {
    const index = isWithin(error.schemaPath, union.schemaPath)
      ? error.schemaPath
          .slice(union.schemaPath.length + 1)
          .split('/', 1)
          .join()
      : error.schemaPath.split('/', 3).join('/')
    branches.set(index, [...(branches.get(index) ?? []), error])
  }
  const tagged = branches.get(String(taggedBranch(union)))
  if (tagged !== undefined) return tagged
  const fitting = [...branches.values()].filter(
    (branch) => !branch.some((error) => rulesOut(error, union.instancePath)),
  )
  return fitting.length === 1 ? (fitting[0] ?? []) : [union]
}

/** The index of the only branch whose literal properties are those of the value; -1 where there is none. */
function taggedBranch({ schema, data }: ErrorObject): number {
  const branches: readonly unknown[] = Array.isArray(schema) ? schema : []
  const matching = branches.flatMap((branch, index) => (isSchema(branch) && tagsMatch(branch, data) ? [index] : []))
  return matching.length === 1 ? (matching[0] ?? -1) : -1
}

function tagsMatch({ properties }: Schema, data: unknown): boolean {
  const keys = Object.entries(isSchema(properties) ? properties : {})
  const tags = keys.flatMap(([key, part]) => (isSchema(part) && 'const' in part ? [{ key, word: part.const }] : []))
  return tags.length > 0 && isSchema(data) && tags.every(({ key, word }) => data[key] === word)
}

function rulesOut(error: ErrorObject, at: string): boolean {
  const depth = error.instancePath.slice(at.length).split('/').length - 1
  if (error.keyword === 'type') return depth === 0
  return (error.keyword === 'const' || error.keyword === 'enum') && depth <= 1
}

/** A JSON pointer as a path: an index where the value has a list there, else a key. */
function typedPath(pointer: string, root: unknown): Path {
  const path: (string | number)[] = []
  let here = root
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    path.push(Array.isArray(here) ? Number(key) : key)
    here = Array.isArray(here) ? here[Number(key)] : isSchema(here) ? here[key] : undefined
  }
  return path
}
