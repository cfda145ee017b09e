import { Ajv2020, type Options } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** A validator that refuses what it does not know: unknown keywords and formats are errors, nothing is coerced. */
export function createAjv(options: Options): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true,
    // These three only advise on style, and TypeBox writes otherwise: types beside unions, keys required by one branch.
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    // The schema of schemas costs more to compile than ours, and strict mode already refuses what it would.
    meta: false,
    validateSchema: false,
    verbose: true,
    logger: false,
    ...options,
  })
  addFormats.default(ajv)
  ajv.addVocabulary(['patternErrorMessage', 'example'])
  return ajv
}
