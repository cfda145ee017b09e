import { isSchema, type Schema } from '../src/dialect.js'
import { expectation } from '../src/expectation.js'

/** The reference as Markdown: a table for every section of the schema, in the order of the schema. */
export function renderReference(schema: Schema): string {
  const sections = new Map<string, string>()
  collect(schema, '', sections)
  return [...sections].map(([heading, body]) => `### ${heading}\n\n${body}`).join('\n')
}

/** A section that several places share, such as the policies of an interface, is told once. */
function collect(schema: Schema, path: string, sections: Map<string, string>): void {
  const heading = `${path === '' ? 'At the top' : `\`${path}\``}${labelOf(schema)}`
  if (sections.has(heading)) return
  const keys = Object.entries(isSchema(schema.properties) ? schema.properties : {})
  const rows = keys.map(([key, part]) => (isSchema(part) ? row(key, part, isRequired(key, schema)) : ''))
  const table = ['| key | value | default | meaning |', '|---|---|---|---|', ...rows, ''].join('\n')
  sections.set(heading, `${schema.description}\n\n${table}`)
  for (const [key, part] of keys)
    for (const below of isSchema(part) ? nested(part) : [])
      collect(below.schema, `${path === '' ? key : `${path}.${key}`}${below.suffix}`, sections)
}

function row(key: string, part: Schema, required: boolean): string {
  const cells = [`\`${key}\``, typeOf(part), fallback(part, required), String(part.description ?? '')]
  return `| ${cells.map((text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')).join(' | ')} |`
}

/** The sections that a key leads to: itself, the entries of a list or a map, the kinds of an interface. */
function nested(part: Schema): readonly { readonly schema: Schema; readonly suffix: string }[] {
  if (isSchema(part.properties)) return [{ schema: part, suffix: '' }]
  if (isSchema(part.items)) return nested(part.items).map(({ schema }) => ({ schema, suffix: '[]' }))
  if (Array.isArray(part.oneOf)) return part.oneOf.filter(isSchema).map((schema) => ({ schema, suffix: '' }))
  const [values] = isSchema(part.patternProperties) ? Object.values(part.patternProperties) : []
  return isSchema(values) && values.title !== undefined ? [{ schema: values, suffix: '.<name>' }] : []
}

function labelOf(schema: Schema): string {
  const kind = isSchema(schema.properties) ? schema.properties.kind : undefined
  return isSchema(kind) ? ` of kind \`${kind.const}\`` : ''
}

function isRequired(key: string, schema: Schema): boolean {
  return Array.isArray(schema.required) && schema.required.includes(key)
}

function typeOf(part: Schema): string {
  if (typeof part.patternErrorMessage === 'string') return part.patternErrorMessage.replace(/^must be /, '')
  if (part.type === 'array' && isSchema(part.items)) return `a list of: ${typeOf(part.items).replace(/^one of /, '')}`
  return expectation(part)
}

function fallback(part: Schema, required: boolean): string {
  if (required) return 'required'
  if (part['x-default'] !== undefined) return String(part['x-default'])
  if (!('default' in part)) return '–'
  return typeof part.default === 'string' ? part.default : JSON.stringify(part.default)
}
