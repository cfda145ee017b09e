import { isSchema, type Schema } from './dialect.js'

/** What a schema asks for, to stand after "must be": `a whole number from 0 to 65535`. Holds nothing of any value. */
export function expectation(schema: Schema): string {
  if (Array.isArray(schema.enum)) return words(schema.enum)
  if ('const' in schema) return word(schema.const)
  const branches = schema.anyOf ?? schema.oneOf
  if (Array.isArray(branches) && schema.discriminator === undefined) return alternatives(branches)
  if (Array.isArray(schema.type)) return schema.type.map((type) => ofType(String(type), schema)).join(' or ')
  if (typeof schema.$ref === 'string') return `a ${schema.$ref.split('/').at(-1)}`
  return ofType(String(schema.type), schema)
}

function alternatives(branches: readonly unknown[]): string {
  const schemas = branches.filter(isSchema)
  const literals = schemas.flatMap((branch) => ('const' in branch ? [branch.const] : []))
  if (literals.length === branches.length) return words(literals)
  return [...new Set(schemas.map(expectation))].join(' or ')
}

function ofType(type: string, schema: Schema): string {
  switch (type) {
    case 'integer':
      return `a${range('whole number', schema)}`
    case 'number':
      return `a${range('number', schema)}`
    case 'string':
      return textOf(schema)
    case 'boolean':
      return 'true or false'
    case 'null':
      return 'null'
    case 'array':
      return `a list${size(schema.minItems, schema.maxItems, 'entries')}${schema.uniqueItems === true ? ' without repeats' : ''}`
    case 'object':
      return mapping(schema)
    default:
      return 'as its schema says'
  }
}

function range(noun: string, schema: Schema): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  if (minimum !== undefined && maximum !== undefined) return ` ${noun} from ${minimum} to ${maximum}`
  const low = exclusiveMinimum !== undefined ? ` above ${exclusiveMinimum}` : bound('of at least', minimum)
  const most = low === '' ? 'of at most' : 'at most'
  const high = exclusiveMaximum !== undefined ? ` below ${exclusiveMaximum}` : bound(most, maximum)
  const and = low !== '' && high !== '' ? ' and' : ''
  return ` ${noun}${low}${and}${high}${bound('in steps of', multipleOf)}`
}

function bound(words: string, limit: unknown): string {
  return limit === undefined ? '' : ` ${words} ${limit}`
}

function mapping({ required, minProperties, maxProperties }: Schema): string {
  if (Array.isArray(required) && required.length > 0) return `a mapping with ${required.join(', ')}`
  return `a mapping${size(minProperties, maxProperties, 'keys')}`
}

function textOf(schema: Schema): string {
  if (typeof schema.format === 'string') return `text of the format ${schema.format}`
  if (typeof schema.pattern === 'string') return `text that matches ${schema.pattern}`
  if (schema.minLength === 1 && schema.maxLength === undefined) return 'text that is not empty'
  return `text${size(schema.minLength, schema.maxLength, 'characters')}`
}

function size(min: unknown, max: unknown, noun: string): string {
  if (min !== undefined && max !== undefined) return min === max ? ` of ${min} ${noun}` : ` of ${min} to ${max} ${noun}`
  if (min !== undefined) return ` of at least ${min} ${noun}`
  return max === undefined ? '' : ` of at most ${max} ${noun}`
}

function words(values: readonly unknown[]): string {
  return values.length === 1 ? word(values[0]) : `one of ${values.map(word).join(', ')}`
}

function word(value: unknown): string {
  return typeof value === 'string' && /^[\w./-]+$/.test(value) ? value : JSON.stringify(value)
}
