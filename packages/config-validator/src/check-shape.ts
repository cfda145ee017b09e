import type { ValidateFunction } from 'ajv/dist/2020.js'
import { createAjv } from './create-ajv.js'
import { keywordsOf, toDraft2020 } from './dialect.js'
import { faultMistake, withoutEchoes } from './fault-mistakes.js'
import type { Mistake } from './finding.js'
import { keyHomes } from './key-hint.js'
import { millraceSchema } from './schema/millrace.js'
import { schemaFaults } from './schema-faults.js'

/**
 * Checks a configuration against its schema and fills in the defaults of the schema, also where there are mistakes.
 *
 * @param value is changed: defaults are written into it
 */
export function checkShape(value: unknown): readonly Mistake[] {
  const validate = shapeValidator()
  if (validate(value)) return []
  const faults = withoutEchoes(schemaFaults(validate.errors ?? [], value))
  const homes = keyHomes(keywordsOf(millraceSchema))
  return faults.map((fault) => faultMistake(fault, homes))
}

/**
 * Compiling takes longer than loading a file; what comes of it depends on nothing, so it is done once, when first asked for.
 * To optimise the code would take half as long again, for a check that a process makes a few times.
 */
const shapeValidator: () => ValidateFunction = (() => {
  let compiled: ValidateFunction | undefined
  return () => {
    compiled ??= createAjv({
      allErrors: true,
      useDefaults: true,
      discriminator: true,
      ownProperties: true,
      code: { optimize: false },
    }).compile(toDraft2020(keywordsOf(millraceSchema)))
    return compiled
  }
})()
