import { isDefinition, type Part, partsOf } from '@millrace/contracts'

/** What a module exports, as far as it concerns discovery. */
export interface Collected {
  /** In the order of the names; those of an app or a module definition in its order. */
  readonly parts: readonly Part[]
  /** Whether there was a definition of any kind: a module of message types alone is no mistake. */
  readonly definitions: boolean
}

/**
 * Collects the definitions among a module's exports. ES modules list their exports by name, whatever the order in the source;
 * `defineApp` or `defineModule` is how one fixes another order. Of a CommonJS module, `module.exports` is looked into too.
 */
export function collectParts(namespace: Readonly<Record<string, unknown>>): Collected {
  const exported = valuesByName(namespace)
  const values = [...exported, ...('default' in namespace ? insideDefault(namespace.default) : [])]
  return {
    parts: values.flatMap((value) => partsOf(value)),
    definitions: values.some((value) => isDefinition(value)),
  }
}

function insideDefault(value: unknown): readonly unknown[] {
  return typeof value !== 'object' || value === null || isDefinition(value) ? [] : valuesByName(value)
}

function valuesByName(record: object): readonly unknown[] {
  return Object.entries(record)
    .sort(([first], [second]) => (first < second ? -1 : 1))
    .map(([, value]) => value)
}
