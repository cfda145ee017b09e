import type { Binds, Exchange, JsonSchema, Principal } from '@millrace/contracts'
import { coerceText } from './coerce-text.js'
import { fieldsOf } from './schema-fields.js'

/** What a request brings. */
export interface RequestParts {
  /** Parsed JSON, or the bytes for byte types; undefined where there is no body. */
  readonly body: unknown
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | readonly string[]>>
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly principal: Principal | undefined
}

/** Where a field comes from. */
export interface FieldSource {
  readonly field: string
  readonly place: 'path' | 'query' | 'header' | 'body' | 'principal'
  /** Undefined for the whole. */
  readonly name: string | undefined
  /** Undefined where the request's schema does not know the field. */
  readonly schema: unknown
}

/** Makes a payload of a request; whether it fits its schema the graph tells. */
export type PayloadOf = (parts: RequestParts) => unknown

/**
 * Where the fields come from that do not come from the body: what is bound, and parts of the path that have a field's name.
 *
 * @param path with `:name` for its parts
 */
export function fieldSources(path: string, binds: Binds, schema: JsonSchema | undefined): readonly FieldSource[] {
  const { properties } = fieldsOf(schema)
  const parts = path.split('/').flatMap((part) => (/^:(?!:)/.test(part) ? [part.slice(1)] : []))
  const unbound = parts.filter((name) => Object.hasOwn(properties, name) && !Object.hasOwn(binds, name))
  const all = { ...Object.fromEntries(unbound.map((name) => [name, `path.${name}`])), ...binds }
  return Object.entries(all).map(([field, source]) => {
    const [place, name] = source.split('.', 2)
    return { field, place: place as FieldSource['place'], name, schema: properties[field] } // the configuration allows no other
  })
}

/** Compiles how requests of an interface become payloads. */
export function requestPayload(
  exchange: Exchange,
  { path, binds }: { readonly path: string; readonly binds: Binds },
): PayloadOf {
  const schema = exchange.requestSchema
  const sources = fieldSources(path, binds, schema)
  const { properties } = fieldsOf(schema)
  const moved = movedMembers(sources, properties)
  const wholeBody = sources.some(({ place, name }) => place === 'body' && name === undefined)
  if (exchange.request.encoding === 'bytes') return ({ body }) => body ?? new Uint8Array()
  const base = (parts: RequestParts): unknown => {
    if (wholeBody) return {}
    return parts.body === undefined ? fromQuery(parts.query, properties) : parts.body
  }
  if (sources.length === 0) return base
  return (parts) => {
    const rest = base(parts)
    if (typeof rest !== 'object' || rest === null || Array.isArray(rest)) return rest
    // Not spread: what is added to a spread object gives each one a shape of its own. No body that is taken has a key __proto__.
    const payload: Record<string, unknown> = Object.assign<Record<string, unknown>, object>({}, rest)
    for (const member of moved) delete payload[member]
    for (const source of sources) {
      const value = fieldValue(source, parts)
      if (value === undefined) delete payload[source.field]
      else payload[source.field] = value
    }
    return payload
  }
}

function fieldValue({ place, name = '', schema }: FieldSource, parts: RequestParts): unknown {
  if (place === 'body') return name === '' ? parts.body : memberOf(parts.body, name)
  if (place === 'principal') return name === '' ? parts.principal : memberOf(parts.principal, name)
  const text =
    place === 'path' ? parts.params[name] : place === 'query' ? parts.query[name] : parts.headers[name.toLowerCase()]
  return text === undefined ? undefined : coerceText(text, schema, place)
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Readonly<Record<string, unknown>>)[name] // an object, as was just looked at
}

/** A request without a body brings its fields in the query. */
function fromQuery(query: RequestParts['query'], properties: Readonly<Record<string, unknown>>): unknown {
  const names = Object.keys(query).filter((name) => name !== '__proto__')
  return Object.fromEntries(names.map((name) => [name, coerceText(query[name] ?? '', properties[name])]))
}

/** Members of a body that are fields of another name, and none of their own. */
function movedMembers(
  sources: readonly FieldSource[],
  properties: Readonly<Record<string, unknown>>,
): readonly string[] {
  return sources.flatMap(({ place, name }) =>
    place === 'body' && name !== undefined && !Object.hasOwn(properties, name) ? [name] : [],
  )
}
