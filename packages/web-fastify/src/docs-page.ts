import { createHash } from 'node:crypto'
import type { JsonSchema } from '@millrace/contracts'

/** A page and what its browser may do with it. */
export interface Page {
  readonly html: string
  readonly contentSecurityPolicy: string
}

/** Makes the documentation of an OpenAPI document as one page that needs nothing else: no script, no other file. */
export function docsPage(document: JsonSchema, documentUrl: string): Page {
  const { title } = asRecord(document.info)
  const operations = Object.entries(asRecord(document.paths)).flatMap(([path, methods]) =>
    Object.entries(asRecord(methods)).map(([method, operation]) => operationHtml(method, path, asRecord(operation))),
  )
  const schemas = Object.entries(asRecord(asRecord(document.components).schemas)).map(([name, schema]) =>
    schemaHtml(name, schema),
  )
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(String(title))}</title>
<style>${style}</style>
</head>
<body>
<header><h1>${escaped(String(title))}</h1><p><a href="${escaped(documentUrl)}">OpenAPI document</a></p></header>
<main>
<section aria-labelledby="operations"><h2 id="operations">Operations</h2>${operations.join('')}</section>
<section aria-labelledby="schemas"><h2 id="schemas">Schemas</h2>${schemas.join('')}</section>
</main>
</body>
</html>
`
  const hash = createHash('sha256').update(style).digest('base64')
  return {
    html,
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  }
}

function operationHtml(method: string, path: string, operation: JsonSchema): string {
  const parameters = Array.isArray(operation.parameters) ? operation.parameters.map(asRecord) : []
  const rows = parameters.map(
    ({ name, in: place, required, schema }) =>
      `<tr><td><code>${escaped(String(name))}</code></td><td>${escaped(String(place))}</td><td>${required === true ? 'yes' : 'no'}</td><td>${jsonHtml(schema)}</td></tr>`,
  )
  const table =
    rows.length === 0
      ? ''
      : `<h4>Parameters</h4><table><thead><tr><th>name</th><th>in</th><th>required</th><th>schema</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
  const body = contentHtml('Request', asRecord(operation.requestBody).content)
  const responses = asRecord(operation.responses)
  const codes = Object.keys(responses).filter((status) => status !== '200')
  return `<details open><summary><b class="${escaped(method)}">${escaped(method.toUpperCase())}</b> <code>${escaped(path)}</code></summary>
${table}${body}${contentHtml('Reply', asRecord(responses['200']).content)}
<p>Errors are <a href="#schema-Problem">problem details</a>: ${codes.join(', ')}.</p></details>`
}

function contentHtml(heading: string, content: unknown): string {
  const types = Object.entries(asRecord(content))
  if (types.length === 0) return ''
  const items = types.map(
    ([type, media]) => `<dt><code>${escaped(type)}</code></dt><dd>${jsonHtml(asRecord(media).schema)}</dd>`,
  )
  return `<h4>${heading}</h4><dl>${items.join('')}</dl>`
}

function schemaHtml(name: string, schema: unknown): string {
  return `<article id="schema-${escaped(name)}"><h3>${escaped(name)}</h3>${jsonHtml(schema)}</article>`
}

/** A schema as JSON, or a link where it is nothing but a reference. */
function jsonHtml(schema: unknown): string {
  if (schema === undefined) return 'bytes'
  const { $ref: ref } = asRecord(schema)
  const name = typeof ref === 'string' ? /^#\/components\/schemas\/([^/]+)$/.exec(ref)?.[1] : undefined
  if (name !== undefined) return `<a href="#schema-${escaped(name)}">${escaped(name)}</a>`
  return `<pre>${escaped(JSON.stringify(schema, null, 2))}</pre>`
}

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0 auto;max-width:60rem;padding:1rem}
h1{font-size:1.6rem}h2{border-bottom:1px solid;padding-bottom:.2rem}
summary{cursor:pointer;padding:.4rem 0}details{border-bottom:1px solid #8884;padding:.3rem 0}
pre,code{font:.85rem/1.4 ui-monospace,monospace}pre{overflow:auto;padding:.6rem;background:#8881;border-radius:.3rem}
table{border-collapse:collapse;display:block;overflow-x:auto}th,td{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}
:focus-visible{outline:3px solid #48f}`

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function asRecord(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? (value as JsonSchema) : {} // a part of a document that was just made
}
