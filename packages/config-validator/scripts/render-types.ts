import { isSchema, type Schema } from '../src/dialect.js'

/** `Config` is what the loader returns, with every default filled in; `Input` is what a file or a caller may write. */
export type Form = 'Config' | 'Input'

/** TypeScript interfaces for every titled part of a schema, the whole first. */
export function renderTypes(schema: Schema, form: Form): string {
  const declarations = new Map<string, string>()
  declare(schema, form, declarations)
  const head = '// Generated from the schema by scripts/generate.ts; do not edit.'
  return `${[head, ...declarations.values()].join('\n\n')}\n`
}

/** Writes the declaration of a titled schema, then those of all that it holds; returns its name. */
function declare(schema: Schema, form: Form, declarations: Map<string, string>): string {
  const name = `${pascal(String(schema.title))}${form}`
  if (declarations.has(name)) return name
  // Its place among the others comes before what it holds.
  declarations.set(name, '')
  const union = Array.isArray(schema.oneOf) ? schema.oneOf.filter(isSchema) : undefined
  const body =
    union === undefined
      ? `interface ${name} {\n${members(schema, form, declarations)}\n}`
      : `type ${name} =\n${union.map((branch) => `  | ${declare(branch, form, declarations)}`).join('\n')}`
  declarations.set(name, `${note(schema, '')}export ${body}`)
  return name
}

function members(schema: Schema, form: Form, declarations: Map<string, string>): string {
  const keys = Object.entries(isSchema(schema.properties) ? schema.properties : {})
  return keys
    .map(([key, part]) => {
      if (!isSchema(part)) throw new TypeError(`${key} has no schema`)
      const optional = isGiven(key, part, schema, form) ? '' : '?'
      return `${note(part, '  ')}  readonly ${key}${optional}: ${typeText(part, form, declarations)}`
    })
    .join('\n')
}

function isGiven(key: string, part: Schema, parent: Schema, form: Form): boolean {
  if (Array.isArray(parent.required) && parent.required.includes(key)) return true
  return form === 'Config' && ('default' in part || 'x-default' in part)
}

function typeText(schema: Schema, form: Form, declarations: Map<string, string>): string {
  if (schema.title !== undefined) return declare(schema, form, declarations)
  if (Array.isArray(schema.enum)) return schema.enum.map(literal).join(' | ')
  if ('const' in schema) return literal(schema.const)
  if (schema.type === 'integer') return 'number'
  if (schema.type === 'array') return listText(schema, form, declarations)
  if (schema.type === 'object') return `Readonly<Record<string, ${recordText(schema, form, declarations)}>>`
  return String(schema.type)
}

function listText(schema: Schema, form: Form, declarations: Map<string, string>): string {
  const item = isSchema(schema.items) ? typeText(schema.items, form, declarations) : 'unknown'
  return item.includes(' | ') ? `readonly (${item})[]` : `readonly ${item}[]`
}

function recordText(schema: Schema, form: Form, declarations: Map<string, string>): string {
  const [values] = isSchema(schema.patternProperties) ? Object.values(schema.patternProperties) : []
  return isSchema(values) ? typeText(values, form, declarations) : 'unknown'
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value)
}

function note(schema: Schema, indent: string): string {
  const fallback = schema['x-default'] ?? shownDefault(schema)
  const text = [schema.description, fallback === undefined ? '' : `@default ${fallback}`].filter(Boolean).join(' ')
  return text === '' ? '' : `${indent}/** ${text} */\n`
}

function shownDefault(schema: Schema): string | undefined {
  return schema.title === undefined && 'default' in schema ? JSON.stringify(schema.default) : undefined
}

function pascal(title: string): string {
  return title.replaceAll(/(\w)(\w*)\s*/g, (_, first: string, rest: string) => first.toUpperCase() + rest.toLowerCase())
}
