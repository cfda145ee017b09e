/**
 * GraphQL types from JSON Schemas.
 *
 * What GraphQL cannot say becomes the scalar JSON: unions of several shapes, maps with free keys, tuples, and objects with a
 * field whose name GraphQL does not allow. The message's own schema is checked behind it in any case.
 */
import type { JsonSchema } from '@millrace/contracts'
import type * as Graphql from 'graphql'

/** The two worlds of types that GraphQL keeps apart. */
export type Direction = 'input' | 'output'

type AnyType = Graphql.GraphQLInputType & Graphql.GraphQLOutputType

/** Makes GraphQL types, each name once. */
export class GraphqlTypes {
  readonly #graphql: typeof Graphql
  readonly #named = new Map<string, Graphql.GraphQLNamedType>()
  readonly #json: Graphql.GraphQLScalarType
  readonly #wholeNumber: Graphql.GraphQLScalarType

  constructor(graphql: typeof Graphql) {
    this.#graphql = graphql
    this.#json = new graphql.GraphQLScalarType({ name: 'JSON', description: 'Any JSON value.' })
    this.#wholeNumber = wholeNumberScalar(graphql)
  }

  /** The type of a whole message. */
  output(name: string, schema: JsonSchema | undefined): Graphql.GraphQLOutputType {
    return this.#typeOf(schema, typeName(name), 'output')
  }

  /** The arguments of a field, which are the fields of its request; one argument `input` where the request is no object. */
  args(name: string, schema: JsonSchema | undefined): Graphql.GraphQLFieldConfigArgumentMap {
    const base = typeName(name)
    if (!isPlainObject(schema)) return { input: { type: this.#typeOf(schema, base, 'input') } }
    return this.#fields(schema, base, 'input') as Graphql.GraphQLFieldConfigArgumentMap // of input types alone
  }

  #fields(
    schema: JsonSchema,
    base: string,
    direction: Direction,
  ): Record<string, { type: AnyType; description?: string }> {
    const required = new Set(Array.isArray(schema.required) ? schema.required : [])
    const properties = Object.entries(schema.properties as JsonSchema) // a plain object has them
    return Object.fromEntries(
      properties.map(([field, part]) => {
        const type = this.#typeOf(part, `${base}${capital(field)}`, direction)
        const description =
          isSchema(part) && typeof part.description === 'string' ? { description: part.description } : {}
        return [field, { type: required.has(field) ? this.#required(type, part) : type, ...description }]
      }),
    )
  }

  #required(type: AnyType, schema: unknown): AnyType {
    const { GraphQLNonNull } = this.#graphql
    return type instanceof GraphQLNonNull || mayBeNull(schema) ? type : (new GraphQLNonNull(type) as AnyType) // of either world
  }

  #typeOf(schema: unknown, name: string, direction: Direction): AnyType {
    const { GraphQLBoolean, GraphQLFloat, GraphQLInt, GraphQLList, GraphQLString } = this.#graphql
    const part = withoutNull(schema)
    if (!isSchema(part)) return this.#json
    const words = wordsOf(part)
    if (words !== undefined) return this.#words(name, words)
    if (part.type === 'string') return GraphQLString
    if (part.type === 'boolean') return GraphQLBoolean
    if (part.type === 'number') return GraphQLFloat
    if (part.type === 'integer') return isInt32(part) ? GraphQLInt : this.#wholeNumber
    if (part.type === 'array' && isSchema(part.items))
      return new GraphQLList(this.#required(this.#typeOf(part.items, `${name}Item`, direction), part.items))
    return isPlainObject(part) ? this.#object(part, name, direction) : this.#json
  }

  #object(schema: JsonSchema, name: string, direction: Direction): AnyType {
    const { GraphQLInputObjectType, GraphQLObjectType } = this.#graphql
    const own = direction === 'input' ? `${name}Input` : name
    const known = this.#named.get(own)
    if (known !== undefined) return known as AnyType // made below under the same name
    const fields = (): Record<string, { type: AnyType }> => this.#fields(schema, name, direction)
    const type =
      direction === 'input'
        ? new GraphQLInputObjectType({ name: own, fields })
        : new GraphQLObjectType({ name: own, fields })
    this.#named.set(own, type)
    return type as AnyType // of the world that was asked for
  }

  #words(name: string, words: readonly string[]): AnyType {
    if (!words.every(isEnumWord)) return this.#graphql.GraphQLString
    const own = `${name}Value`
    let type = this.#named.get(own)
    if (type === undefined) {
      type = new this.#graphql.GraphQLEnumType({
        name: own,
        values: Object.fromEntries(words.map((word) => [word, {}])),
      })
      this.#named.set(own, type)
    }
    return type as AnyType // enums belong to both
  }
}

/** `shop.quote-line` as a name that GraphQL allows. */
function typeName(message: string): string {
  return message
    .split(/[^A-Za-z0-9]+/)
    .map(capital)
    .join('')
}

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An object whose fields are all named, in words that GraphQL allows. */
function isPlainObject(schema: unknown): schema is JsonSchema {
  if (!isSchema(schema) || schema.type !== 'object' || !isSchema(schema.properties)) return false
  const names = Object.keys(schema.properties)
  return names.length > 0 && names.every((name) => /^(?!__)[_A-Za-z][_0-9A-Za-z]*$/.test(name))
}

function alternativesOf(schema: unknown): readonly unknown[] | undefined {
  const { anyOf, oneOf } = isSchema(schema) ? schema : {}
  return Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : undefined
}

const isNull = (part: unknown): boolean => isSchema(part) && part.type === 'null'

function mayBeNull(schema: unknown): boolean {
  return isNull(schema) || (alternativesOf(schema)?.some(isNull) ?? false)
}

/** The one shape beside null; undefined where there are several. */
function withoutNull(schema: unknown): unknown {
  const alternatives = alternativesOf(schema)
  if (alternatives === undefined) return schema
  const others = alternatives.filter((part) => !isNull(part))
  if (others.length === 1) return others[0]
  const words = others.flatMap((part) => (isSchema(part) && typeof part.const === 'string' ? [part.const] : []))
  return words.length === others.length ? { enum: words } : undefined
}

function wordsOf({ enum: values, const: constant }: JsonSchema): readonly string[] | undefined {
  const words = Array.isArray(values) ? values : [constant]
  return words.every((word) => typeof word === 'string') ? words : undefined
}

function isEnumWord(word: string): boolean {
  return /^(?!__)[_A-Za-z][_0-9A-Za-z]*$/.test(word) && !['true', 'false', 'null'].includes(word)
}

function isInt32({ minimum, maximum }: JsonSchema): boolean {
  return typeof minimum === 'number' && typeof maximum === 'number' && minimum >= -(2 ** 31) && maximum < 2 ** 31
}

function wholeNumberScalar({ GraphQLError, GraphQLScalarType, Kind }: typeof Graphql): Graphql.GraphQLScalarType {
  const whole = (value: unknown): number => {
    if (Number.isSafeInteger(value)) return Number(value)
    throw new GraphQLError('WholeNumber must be a whole number between -(2^53 - 1) and 2^53 - 1')
  }
  return new GraphQLScalarType({
    name: 'WholeNumber',
    description: 'A whole number between -(2^53 - 1) and 2^53 - 1; Int ends at 2^31.',
    serialize: whole,
    parseValue: whole,
    parseLiteral: (node) => whole(node.kind === Kind.INT ? Number(node.value) : undefined),
  })
}
