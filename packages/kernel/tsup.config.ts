import base from '../../tooling/tsup.base.js'

export default {
  ...base,
  entry: ['src/index.ts', 'src/control.ts', 'src/dead-letters.ts', 'src/testing.ts', 'src/worker.ts'],
}
