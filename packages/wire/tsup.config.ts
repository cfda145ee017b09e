import base from '../../tooling/tsup.base.js'

export default { ...base, entry: ['src/index.ts', 'src/links.ts'] }
