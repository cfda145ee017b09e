/** Payloads from the arguments of GraphQL fields. */
import type { Exchange } from '@millrace/contracts'
import { isPlainObject, mayBeNull, withoutNull } from './graphql-shapes.js'
import { parseJsonText } from './json-body.js'

type Arguments = Readonly<Record<string, unknown>>

type Clean = (value: unknown) => unknown

/**
 * Compiles how arguments become a payload. Whether they came as variables or stand in the document, they obey what bodies of
 * HTTP obey.
 *
 * @throws MillraceError PAYLOAD_INVALID, from what it returns
 */
export function graphqlPayload({ requestSchema }: Pick<Exchange, 'requestSchema'>): (args: Arguments) => unknown {
  const clean = nullsLeftOut(requestSchema)
  const nothing = requestSchema?.type === 'object' ? {} : undefined
  const keepsNull = mayBeNull(requestSchema)
  if (isPlainObject(requestSchema)) return (args) => asBody(clean({ ...args }))
  return ({ input }) => asBody(input === undefined || (input === null && !keepsNull) ? nothing : clean(input))
}

function asBody(value: unknown): unknown {
  return value === undefined ? undefined : parseJsonText(JSON.stringify(value))
}

/** A client of GraphQL may write null for what it leaves out; where a message knows null, it stays. */
function nullsLeftOut(schema: unknown): Clean {
  const part = withoutNull(schema)
  if (isPlainObject(part)) return fieldsLeftOut(part.properties as Arguments) // a plain object has them
  const items = typeof part === 'object' && part !== null && 'items' in part ? nullsLeftOut(part.items) : undefined
  return (value) => (Array.isArray(value) && items !== undefined ? value.map(items) : value)
}

function fieldsLeftOut(properties: Arguments): Clean {
  const fields = new Map(
    Object.entries(properties).map(([field, part]) => [field, { clean: nullsLeftOut(part), keeps: mayBeNull(part) }]),
  )
  return (value) => {
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).flatMap(([field, given]) => {
        const known = fields.get(field)
        return given === null && known?.keeps === false ? [] : [[field, known?.clean(given) ?? given]]
      }),
    )
  }
}
