/** What schemas are written with: builds JSON Schema that TypeScript knows the type of. */
export { Type } from 'typebox'
