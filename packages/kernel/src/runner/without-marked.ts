import { isMillraceError, looksSecret, MillraceError, redacted } from '@millrace/contracts'

/** Deeper fields are not looked at. */
const maxDepth = 8

/**
 * What a handler threw, without the values of those fields of its message whose names say that they are secret (`password`,
 * `token`…): the text of what was thrown is told to the operator.
 *
 * @returns what was thrown itself where its text holds none of them
 */
export function withoutMarked(thrown: unknown, payload: unknown): unknown {
  const marked = markedIn(payload, false, 0).sort((one, other) => other.length - one.length)
  const clean = (text: string): string => marked.reduce((left, value) => left.replaceAll(value, redacted), text)
  if (typeof thrown === 'string') return clean(thrown)
  if (!(thrown instanceof Error) || !isText(thrown.message)) return thrown
  const message = clean(thrown.message)
  if (message === thrown.message) return thrown
  const error = isMillraceError(thrown)
    ? new MillraceError(thrown.code, message.slice(thrown.code.length + 2), { facts: thrown.facts })
    : Object.assign(new Error(message), { name: thrown.name })
  error.stack = isText(thrown.stack) ? clean(thrown.stack) : message
  return error
}

/** Whoever makes an error may set its message and its stack to anything. */
function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** The texts and numbers that stand in marked fields. */
function markedIn(value: unknown, marked: boolean, depth: number): string[] {
  if (typeof value === 'string' || typeof value === 'number') return marked && value !== '' ? [String(value)] : []
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || depth >= maxDepth) return []
  if (Array.isArray(value)) return value.flatMap((item) => markedIn(item, marked, depth + 1))
  return Object.entries(value).flatMap(([key, item]) => markedIn(item, marked || looksSecret(key), depth + 1))
}
