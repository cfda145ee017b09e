import { defineConfig } from 'tsup'

/** How every published package is built: ES modules with their types and source maps. */
export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'node20',
  platform: 'node',
  dts: true,
  sourcemap: true,
  clean: true,
})
