const text = { type: 'string' }
const integer = { type: 'integer' }

function shape(properties) {
  return { type: 'object', required: Object.keys(properties), properties }
}

/** The schema that everybody validates by. */
export const echoShape = shape({
  id: integer,
  kind: text,
  note: text,
  items: { type: 'array', items: shape({ sku: text, count: integer, cents: integer }) },
})
