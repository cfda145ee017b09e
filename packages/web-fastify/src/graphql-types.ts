/**
 * GraphQL types from JSON Schemas.
 *
 * What GraphQL cannot say becomes the scalar JSON: unions of several shapes, maps with free keys, tuples, and objects with a
 * field whose name GraphQL does not allow. The message's own schema is checked behind it in any case.
 */
import { isDeepStrictEqual } from 'node:util'
import { type JsonSchema, MillraceError } from '@millrace/contracts'
import type * as Graphql from 'graphql'
import { isPlainObject, mayBeNull, withoutNull, wordsOf } from './graphql-shapes.js'
import { isSchema } from './schema-fields.js'

/** The two worlds of types that GraphQL keeps apart. */
export type Direction = 'input' | 'output'

type AnyType = Graphql.GraphQLInputType & Graphql.GraphQLOutputType

/** A part of a message type, and what GraphQL calls it. */
interface Part {
  readonly name: string
  /** Such as `shop.order.lines[]`. */
  readonly where: string
}

/** A type that has a name, and what it was made of. */
interface Made {
  readonly type: AnyType
  readonly of: unknown
  readonly where: string
}

/** Makes GraphQL types. One name is one type: a part that would take the name of another is refused with CONFIG_INVALID. */
export class GraphqlTypes {
  readonly #graphql: typeof Graphql
  readonly #named = new Map<string, Made>()
  readonly #json: Graphql.GraphQLScalarType
  readonly #wholeNumber: Graphql.GraphQLScalarType

  constructor(graphql: typeof Graphql) {
    this.#graphql = graphql
    this.#json = new graphql.GraphQLScalarType({ name: 'JSON', description: 'Any JSON value.' })
    this.#wholeNumber = wholeNumberScalar(graphql)
  }

  /** The type of a whole message. */
  output(name: string, schema: JsonSchema | undefined): Graphql.GraphQLOutputType {
    return this.#typeOf(schema, messagePart(name), 'output')
  }

  /** The arguments of a field, which are the fields of its request; one argument `input` where the request is no object. */
  args(name: string, schema: JsonSchema | undefined): Graphql.GraphQLFieldConfigArgumentMap {
    const base = messagePart(name)
    if (!isPlainObject(schema)) return { input: { type: this.#typeOf(schema, base, 'input') } }
    return this.#fields(schema, base, 'input') as Graphql.GraphQLFieldConfigArgumentMap // of input types alone
  }

  #fields(
    schema: JsonSchema,
    base: Part,
    direction: Direction,
  ): Record<string, { type: AnyType; description?: string }> {
    const required = new Set(Array.isArray(schema.required) ? schema.required : [])
    const properties = Object.entries(schema.properties as JsonSchema) // a plain object has them
    return Object.fromEntries(
      properties.map(([field, part]) => {
        const type = this.#typeOf(part, fieldPart(base, field), direction)
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

  #typeOf(schema: unknown, at: Part, direction: Direction): AnyType {
    const { GraphQLBoolean, GraphQLFloat, GraphQLInt, GraphQLList, GraphQLString } = this.#graphql
    const part = withoutNull(schema)
    if (!isSchema(part)) return this.#json
    const words = wordsOf(part)
    if (words !== undefined) return this.#words(at, words)
    if (part.type === 'string') return GraphQLString
    if (part.type === 'boolean') return GraphQLBoolean
    if (part.type === 'number') return GraphQLFloat
    if (part.type === 'integer') return isInt32(part) ? GraphQLInt : this.#wholeNumber
    if (part.type === 'array' && isSchema(part.items))
      return new GraphQLList(this.#required(this.#typeOf(part.items, itemPart(at), direction), part.items))
    return isPlainObject(part) ? this.#object(part, at, direction) : this.#json
  }

  #object(schema: JsonSchema, at: Part, direction: Direction): AnyType {
    const { GraphQLInputObjectType, GraphQLObjectType } = this.#graphql
    const name = direction === 'input' ? `${at.name}Input` : at.name
    const fields = (): Record<string, { type: AnyType }> => this.#fields(schema, at, direction)
    return this.#once(
      { name, where: at.where },
      { direction, schema },
      () =>
        direction === 'input'
          ? (new GraphQLInputObjectType({ name, fields }) as AnyType) // of the world that was asked for
          : (new GraphQLObjectType({ name, fields }) as AnyType), // likewise
    )
  }

  #words({ name, where }: Part, words: readonly string[]): AnyType {
    const { GraphQLEnumType, GraphQLString } = this.#graphql
    if (!words.every(isEnumWord)) return GraphQLString
    const own = `${name}Value`
    const values = Object.fromEntries(words.map((word) => [word, {}]))
    return this.#once({ name: own, where }, values, () => new GraphQLEnumType({ name: own, values }))
  }

  /** @param of what the type is made of: parts that are alike share it */
  #once({ name, where }: Part, of: unknown, make: () => AnyType): AnyType {
    const known = this.#named.get(name)
    if (known === undefined) {
      const type = make()
      this.#named.set(name, { type, of, where })
      return type
    }
    if (isDeepStrictEqual(known.of, of)) return known.type
    throw new MillraceError('CONFIG_INVALID', `${known.where} and ${where} would both be ${name}; rename one of them`)
  }
}

function messagePart(message: string): Part {
  return { name: typeName(message), where: message }
}

function fieldPart({ name, where }: Part, field: string): Part {
  return { name: `${name}${capital(field)}`, where: `${where}.${field}` }
}

function itemPart({ name, where }: Part): Part {
  return { name: `${name}Item`, where: `${where}[]` }
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
