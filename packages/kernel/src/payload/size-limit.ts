import { type MessageType, MillraceError } from '@millrace/contracts'

/** Estimates how many bytes a value takes as JSON; never less than it does. */
type Estimate = (value: unknown) => number

/** Something a value of any shape may be: measured by walking it. */
const anything: Estimate = (value) => estimateBytes(value)

/**
 * Makes the check that refuses payloads of a type above `maxBytes` of JSON (or of bytes, for byte types); undefined where the
 * schema already bounds every declared field below it, which makes the check free. Declared fields count: what a schema does
 * not declare does not travel.
 */
export function sizeLimit(type: MessageType, maxBytes: number): ((payload: unknown) => void) | undefined {
  if (type.schema === undefined) return refuseBytes(type, maxBytes)
  const bound = boundOf(type.schema)
  if (typeof bound === 'number') return bound <= maxBytes ? undefined : exact(type, maxBytes)
  const measure = exact(type, maxBytes)
  return (payload) => {
    if (bound(payload) > maxBytes) measure(payload)
  }
}

/** Makes what estimates how many bytes a payload takes and refuses one above `maxBytes`, in one walk. @throws MillraceError PAYLOAD_TOO_LARGE */
export function weighing(type: MessageType, maxBytes: number): (payload: unknown) => number {
  const measure = type.schema === undefined ? refuseBytes(type, maxBytes) : exact(type, maxBytes)
  return (payload) => {
    const bytes = estimateBytes(payload)
    if (bytes > maxBytes) measure(payload)
    return bytes
  }
}

/** Estimates how many bytes a JSON value takes; never less than it does. Each character may become six bytes. */
export function estimateBytes(value: unknown): number {
  if (typeof value === 'string') return stringBytes(value)
  if (typeof value === 'number') return numberBytes
  if (typeof value !== 'object' || value === null) return literalBytes
  if (value instanceof Uint8Array) return value.byteLength
  let bytes = 2
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) bytes += 1 + estimateBytes(value[index])
    return bytes
  }
  // No list of entries is made: this is on the way of every request.
  for (const key in value) bytes += stringBytes(key) + 2 + estimateBytes((value as Record<string, unknown>)[key]) // an object
  return bytes
}

const numberBytes = 25
const literalBytes = 6

function stringBytes(text: string): number {
  return text.length * 6 + 2
}

function refuseBytes(type: MessageType, maxBytes: number): (payload: unknown) => void {
  return (payload) => refuse(type, (payload as Uint8Array).byteLength, maxBytes) // byte types carry bytes
}

function exact(type: MessageType, maxBytes: number): (payload: unknown) => void {
  return (payload) => refuse(type, Buffer.byteLength(JSON.stringify(payload) ?? ''), maxBytes)
}

function refuse(type: MessageType, bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return
  throw new MillraceError(
    'PAYLOAD_TOO_LARGE',
    `a message of type '${type.name}' takes ${bytes} bytes, and max_payload_bytes allows ${maxBytes}; send it in parts or raise the limit`,
    { facts: { type: type.name, bytes, max_payload_bytes: maxBytes } },
  )
}

/** The most bytes a schema allows, or what estimates them for a value. */
function boundOf(schema: unknown): number | Estimate {
  if (typeof schema !== 'object' || schema === null) return anything
  const { type, maxLength, const: constant, enum: values, properties, items } = schema as Record<string, unknown> // JSON Schema keywords
  if (constant !== undefined) return estimateBytes(constant)
  if (Array.isArray(values)) return Math.max(...values.map(estimateBytes))
  if (type === 'null' || type === 'boolean') return literalBytes
  if (type === 'number' || type === 'integer') return numberBytes
  if (type === 'string') return typeof maxLength === 'number' ? maxLength * 6 + 2 : ofString
  if (type === 'object' && isPlainObjectSchema(schema))
    return boundOfObject((properties ?? {}) as Record<string, unknown>) // as above
  if (type === 'array' && !('prefixItems' in schema)) return estimateOfList(boundOf(items))
  return anything
}

const ofString: Estimate = (value) => (typeof value === 'string' ? stringBytes(value) : literalBytes)

function isPlainObjectSchema(schema: object): boolean {
  return !['patternProperties', 'anyOf', 'allOf', 'oneOf', '$ref'].some((keyword) => keyword in schema)
}

function estimateOfList(item: number | Estimate): Estimate {
  const each = typeof item === 'number' ? (): number => item : item
  return (value) => {
    if (!Array.isArray(value)) return literalBytes
    let bytes = 2
    for (let index = 0; index < value.length; index++) bytes += 1 + each(value[index])
    return bytes
  }
}

function boundOfObject(properties: Record<string, unknown>): number | Estimate {
  let fixed = 2
  const open: { readonly key: string; readonly estimate: Estimate }[] = []
  for (const [key, schema] of Object.entries(properties)) {
    const bound = boundOf(schema)
    fixed += stringBytes(key) + 2
    if (typeof bound === 'number') fixed += bound
    else open.push({ key, estimate: bound })
  }
  if (open.length === 0) return fixed
  return (value) => {
    if (typeof value !== 'object' || value === null) return fixed
    let bytes = fixed
    for (let index = 0; index < open.length; index++) {
      const field = open[index]
      if (field !== undefined) bytes += field.estimate((value as Record<string, unknown>)[field.key]) // an object
    }
    return bytes
  }
}
