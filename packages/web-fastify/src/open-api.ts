import type { HttpInterface, HttpStreamInterface, Ingress, JsonSchema, MessageType } from '@millrace/contracts'
import { type FieldSource, fieldSources } from './request-payload.js'
import { fieldsOf, isSchema } from './schema-fields.js'
import { errorStatuses } from './statuses.js'
import { streamFormats } from './stream-format.js'

type Described = HttpInterface | HttpStreamInterface

/**
 * Describes the HTTP interfaces of an application, from the schemas of its messages.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export function openApi({ title, interfaces, authenticate }: Ingress, prefix: string): JsonSchema {
  const described = interfaces.filter((face): face is Described => face.kind === 'http' || face.kind === 'http_stream')
  const paths: Record<string, Record<string, unknown>> = {}
  const patterns = new Map<string, string>()
  const ids = new Set<string>()
  for (const face of described) {
    const shape = face.path.replaceAll(namedParts, ':')
    // Paths that differ in the names of their parts alone are one, by the names that come first.
    const pattern = patterns.get(shape) ?? face.path
    patterns.set(shape, pattern)
    const path = `${prefix}${templateOf(pattern)}`
    const operationId = unusedId(face, ids)
    paths[path] = { ...paths[path], [face.method.toLowerCase()]: { operationId, ...operation(face, pattern) } }
  }
  return {
    openapi: '3.1.1',
    info: { title, version: '1.0.0' },
    servers: [{ url: '/' }],
    paths,
    ...(authenticate === undefined ? {} : { security: [{ bearer: [] }] }),
    components: {
      schemas: { ...messageSchemas(described), Problem: problemSchema },
      responses: {
        Problem: { description: 'What went wrong', content: { 'application/problem+json': { schema: problemRef } } },
      },
      ...(authenticate === undefined ? {} : { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } }),
    },
  }
}

/** Parts of a path that are whatever a client says; two colons stand for one. */
const namedParts = /(?<=\/):(?!:)[^/]+/g

function templateOf(path: string): string {
  return path.replaceAll(namedParts, (part) => `{${part.slice(1)}}`).replaceAll('::', ':')
}

const problemRef = { $ref: '#/components/schemas/Problem' }

const problemSchema = {
  type: 'object',
  description: 'Problem details, RFC 9457.',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable; programs may switch on it.' },
    detail: { type: 'string' },
    trace: { type: 'string', description: 'W3C trace id.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'reason'],
        properties: { path: { type: 'string' }, reason: { type: 'string' } },
      },
    },
  },
}

function operation(face: Described, pattern: string): JsonSchema {
  const { exchange, path, binds, name } = face
  const sources = fieldSources(path, binds, exchange.requestSchema)
  const hasBody = face.method !== 'GET'
  const queried = hasBody ? [] : queryFields(exchange.requestSchema, sources)
  const { required } = fieldsOf(exchange.requestSchema)
  const inPath = partsOf(path).map((part, index) => {
    const schema = sources.find((source) => source.place === 'path' && source.name === part)?.schema
    const shown = schema === undefined ? { type: 'string' } : refsFrom(exchange.request, schema)
    return { name: partsOf(pattern)[index], in: 'path', required: true, schema: shown }
  })
  const others = [...sources, ...queried]
    .filter(({ place }) => place === 'query' || place === 'header')
    .map(({ place, name: given, field, schema }) => ({
      name: given ?? field,
      in: place,
      required: required.has(field),
      schema: refsFrom(exchange.request, schema ?? {}),
    }))
  const parameters = [...inPath, ...others]
  return {
    summary: name,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(hasBody ? { requestBody: requestBody(face, sources) } : {}),
    responses: {
      200: { description: exchange.response.name, content: responseContent(face) },
      ...Object.fromEntries(errorStatuses.map((status) => [status, { $ref: '#/components/responses/Problem' }])),
    },
  }
}

function partsOf(path: string): readonly string[] {
  return [...path.matchAll(namedParts)].map(([part]) => part.slice(1))
}

/** A name of its own for an operation: programs that generate clients call their functions so. */
function unusedId({ method, path }: Described, taken: Set<string>): string {
  const words = path.split('/').map((part) => part.replaceAll(/[^A-Za-z0-9]+/g, ''))
  const base = [method.toLowerCase(), ...words.filter((word) => word !== '')].join('_')
  let id = base
  for (let next = 2; taken.has(id); next++) id = `${base}_${next}`
  taken.add(id)
  return id
}

function queryFields(schema: JsonSchema | undefined, sources: readonly { readonly field: string }[]) {
  const bound = new Set(sources.map(({ field }) => field))
  return Object.entries(fieldsOf(schema).properties)
    .filter(([field]) => !bound.has(field))
    .map(([field, part]) => ({ field, place: 'query', name: field, schema: part }))
}

function requestBody(face: Described, sources: readonly FieldSource[]): JsonSchema {
  const { request, requestSchema } = face.exchange
  const more = (schema: JsonSchema) => (face.kind === 'http' ? {} : lines(schema))
  if (requestSchema === undefined) return { required: true, content: { 'application/octet-stream': {}, ...more({}) } }
  const { schema, required } = bodyOf(requestSchema, sources)
  const shown = schema === requestSchema ? refTo(request) : refsFrom(request, schema)
  return { required, content: { 'application/json': { schema: shown }, ...more(shown) } }
}

/** What is left to be the body's when fields come from elsewhere, and whether there is no request without it. */
function bodyOf(schema: JsonSchema, sources: readonly FieldSource[]): { schema: JsonSchema; required: boolean } {
  const all = fieldsOf(schema)
  const bound = new Set(sources.map(({ field }) => field))
  const ofBody = sources.filter(({ place }) => place === 'body')
  const required = needsBody(schema, sources)
  if (sources.length === 0) return { schema, required }
  const whole = ofBody.filter(({ name }) => name === undefined).map((source) => source.schema)
  const members = ofBody.flatMap(({ name, ...source }) => (name === undefined ? [] : [{ ...source, name }]))
  if (whole.length === 0) return { schema: withMembers(without(schema, bound), members, all.required), required }
  const parts = members.length === 0 ? whole : [...whole, withMembers({ type: 'object' }, members, all.required)]
  return { schema: parts.length === 1 && isSchema(parts[0]) ? parts[0] : { allOf: parts }, required }
}

/** Whether a request without a body lacks something, as far as the schema says what it needs. */
function needsBody(schema: JsonSchema, sources: readonly FieldSource[]): boolean {
  const { required } = fieldsOf(schema)
  if (required.size === 0) return !isSchema(schema.properties)
  const elsewhere = new Set(sources.filter(({ place }) => place !== 'body').map(({ field }) => field))
  return [...required].some((field) => !elsewhere.has(field))
}

type Member = FieldSource & { readonly name: string }

/** Members of a body that are fields under another name. */
function withMembers(schema: JsonSchema, members: readonly Member[], required: ReadonlySet<string>): JsonSchema {
  if (members.length === 0) return schema
  const own = fieldsOf({ properties: schema.properties, required: schema.required })
  const wanted = members.filter(({ field }) => required.has(field)).map(({ name }) => name)
  const properties = { ...own.properties, ...Object.fromEntries(members.map((member) => [member.name, member.schema])) }
  return { ...schema, properties, required: [...new Set([...own.required, ...wanted])] }
}

function lines(schema: JsonSchema): JsonSchema {
  return {
    'application/x-ndjson': { schema: { type: 'string', description: 'One message a line.', 'x-items': schema } },
  }
}

function responseContent({ kind, exchange }: Described): JsonSchema {
  const { mediaType = 'application/json' } = exchange.response
  const isBytes = exchange.responseSchema === undefined
  if (isBytes && kind === 'http') return { [mediaType]: {} }
  const schema = isBytes
    ? { type: 'string', contentEncoding: 'base64', contentMediaType: mediaType }
    : refTo(exchange.response)
  if (kind === 'http') return { 'application/json': { schema } }
  return Object.fromEntries(streamFormats.map(({ type }) => [type, { schema }]))
}

function without(schema: JsonSchema, fields: ReadonlySet<string>): JsonSchema {
  const { properties, required } = fieldsOf({ properties: schema.properties, required: schema.required })
  const left = Object.entries(properties).filter(([field]) => !fields.has(field))
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((word) => {
    const alternatives = schema[word]
    if (!Array.isArray(alternatives)) return []
    return [[word, alternatives.map((part) => (isSchema(part) ? without(part, fields) : part))]]
  })
  if (!isSchema(schema.properties)) return { ...schema, ...Object.fromEntries(parts) }
  const still = [...required].filter((field) => !fields.has(field))
  return { ...schema, ...Object.fromEntries(parts), properties: Object.fromEntries(left), required: still }
}

function messageSchemas(faces: readonly Described[]): JsonSchema {
  const schemas: Record<string, unknown> = {}
  for (const { exchange } of faces) {
    const { request, response, requestSchema, responseSchema } = exchange
    if (requestSchema !== undefined) schemas[componentName(request)] = refsFrom(request, requestSchema)
    if (responseSchema !== undefined) schemas[componentName(response)] = refsFrom(response, responseSchema)
  }
  return schemas
}

function refTo(type: MessageType): JsonSchema {
  return { $ref: `#/components/schemas/${componentName(type)}` }
}

/** Problem is taken: every answer that is an error refers to it. */
function componentName({ name }: MessageType): string {
  return name === 'Problem' ? 'Problem.message' : name
}

/** Makes the references of a schema lead to its place in the document. */
function refsFrom(type: MessageType, part: unknown): JsonSchema {
  return moveRefs(part, `#/components/schemas/${componentName(type)}`) as JsonSchema // a copy of the same shape
}

function moveRefs(part: unknown, home: string): unknown {
  if (Array.isArray(part)) return part.map((item) => moveRefs(item, home))
  if (typeof part !== 'object' || part === null) return part
  return Object.fromEntries(
    Object.entries(part).flatMap(([key, value]) => {
      if (key === '$id') return []
      if (key === '$ref' && typeof value === 'string') return [[key, movedRef(value, home)]]
      return [[key, moveRefs(value, home)]]
    }),
  )
}

function movedRef(ref: string, home: string): string {
  return ref.startsWith('#') ? `${home}${ref.slice(1)}` : `${home}/$defs/${ref}`
}
