import { mapSchemas, type Schema, toDraft2020 } from '../src/dialect.js'

/** The schema as editors want it: plain draft 2020-12, without the keyword that only our validator reads. */
export function publishedSchema(schema: Schema): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:millrace:config:1',
    ...withoutDiscriminators(toDraft2020(schema)),
  }
}

function withoutDiscriminators({ discriminator, ...schema }: Schema): Schema {
  return mapSchemas(schema, withoutDiscriminators)
}
