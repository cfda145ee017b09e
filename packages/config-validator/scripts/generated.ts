import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { keywordsOf } from '../src/dialect.js'
import { millraceSchema } from '../src/schema/millrace.js'
import { publishedSchema } from './published-schema.js'
import { renderReference } from './render-reference.js'
import { renderTypes } from './render-types.js'

/** A file that follows from the schema, and what must stand in it. */
export interface GeneratedFile {
  readonly path: string
  readonly text: string
}

/** Every file that follows from the schema. */
export function generatedFiles(): readonly GeneratedFile[] {
  const schema = keywordsOf(millraceSchema)
  const reference = pathOf('../../../docs/configuration.md')
  return [
    { path: pathOf('../millrace.schema.json'), text: `${JSON.stringify(publishedSchema(schema), null, 2)}\n` },
    { path: pathOf('../src/config.ts'), text: renderTypes(schema, 'Config') },
    { path: pathOf('../src/config-input.ts'), text: renderTypes(schema, 'Input') },
    { path: reference, text: withReference(readFileSync(reference, 'utf8'), renderReference(schema)) },
  ]
}

const begin = '<!-- reference: generated from the schema, do not edit -->\n'

/** The reference is the end of the page; what stands above it is written by hand. */
function withReference(page: string, reference: string): string {
  const at = page.indexOf(begin)
  if (at < 0) throw new TypeError('docs/configuration.md has lost the line that begins the reference')
  return `${page.slice(0, at)}${begin}\n## Reference\n\n${reference}`
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url))
}
