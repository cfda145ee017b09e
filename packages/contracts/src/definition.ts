const brand: unique symbol = Symbol.for('@millrace/definition')

/** What kind of thing a definition describes. */
export type DefinitionKind = 'message' | 'state' | 'token' | 'node' | 'source' | 'sink' | 'service' | 'module' | 'app'

/** What all definitions share, so that discovery can tell them from a module's other exports. */
export interface Definition<Kind extends DefinitionKind = DefinitionKind> {
  readonly kind: Kind
  readonly name: string
  readonly [brand]: true
}

/** Marks an object as a definition of a kind. The mark survives two copies of this package in one process. */
export function definition<Kind extends DefinitionKind, Rest extends { readonly name: string }>(
  kind: Kind,
  rest: Rest,
): Rest & Definition<Kind> {
  return Object.freeze({ ...rest, kind, [brand]: true as const })
}

/** Tells whether an exported value is a definition, and of one of the given kinds if any are given. */
export function isDefinition<Kind extends DefinitionKind = DefinitionKind>(
  value: unknown,
  ...kinds: readonly Kind[]
): value is Definition<Kind> {
  if (typeof value !== 'object' || value === null || !(brand in value)) return false
  const { kind } = value as Definition // the brand is ours alone
  return kinds.length === 0 || kinds.some((wanted) => wanted === kind)
}

const namePattern = /^[A-Za-z][A-Za-z0-9]*(?:[._:-][A-Za-z0-9]+)*$/

/**
 * Refuses a name that could not stand in configuration, logs and tables.
 *
 * @throws TypeError when the name is not letters, digits and single `.`, `-`, `_` or `:` between them
 */
export function checkName(what: string, name: string): void {
  if (typeof name === 'string' && namePattern.test(name) && name.length <= 128) return
  throw new TypeError(
    `${what} cannot be named ${JSON.stringify(name)}: use letters, digits and single dots or dashes, such as 'shop.quote', at most 128 characters`,
  )
}
