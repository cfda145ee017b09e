import { compileSchema } from '@millrace/config-validator'
import type { Finding, MessageType } from '@millrace/contracts'

/** Message types whose schema cannot be compiled: a keyword, format or reference in it means nothing. */
export function schemaFindings(types: readonly MessageType[]): readonly Finding[] {
  return types.flatMap(({ name, schema }) => {
    try {
      if (schema !== undefined) compileSchema(schema)
      return []
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown)
      return [
        { code: 'CONFIG_INVALID', message: `message type '${name}' has a schema that cannot be used: ${why}` } as const,
      ]
    }
  })
}
