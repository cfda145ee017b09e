import { defineConfig } from 'tsup'
import { buildDeclarations } from './declarations.js'

/** How every published package is built: ES modules with their types and source maps. */
export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'node20',
  platform: 'node',
  sourcemap: true,
  clean: true,
  // tsup's own declarations would check the types of the package and of all that it imports, once more for each package.
  onSuccess: buildDeclarations,
})
