import { quote } from './quote.js'

/** A URL may be mistyped, and a password may hold anything. */
const credentials = /:.*@/s

/** What was found in the place of something else: short scalars as they are, everything else by its kind. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return credentials.test(value) ? 'what may be a URL with credentials' : quote(value)
  if (Array.isArray(value)) return 'a list'
  return isMapping(value) ? 'a mapping' : `a ${kindOf(value)}`
}

/** Tells a mapping, as files have it, from instances of classes; from any realm. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object') return typeof value
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}
