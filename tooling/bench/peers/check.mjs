import { Ajv2020 } from 'ajv/dist/2020.js'
import { echoShape } from './echo-shape.mjs'

const validate = new Ajv2020().compile(echoShape)

/** The validation that our own side does where a payload enters: the same schema, the same library. */
export function checked(payload) {
  if (!validate(payload)) throw new TypeError('the payload is not sound')
  return payload
}
