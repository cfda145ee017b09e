import { Ajv2020 } from 'ajv/dist/2020.js'

const text = { type: 'string' }
const integer = { type: 'integer' }

function shape(properties) {
  return { type: 'object', required: Object.keys(properties), properties }
}

const validate = new Ajv2020().compile(
  shape({
    id: integer,
    kind: text,
    note: text,
    items: { type: 'array', items: shape({ sku: text, count: integer, cents: integer }) },
  }),
)

/** The validation that our own side does where a payload enters: the same schema, the same library. */
export function checked(payload) {
  if (!validate(payload)) throw new TypeError('the payload is not sound')
  return payload
}
