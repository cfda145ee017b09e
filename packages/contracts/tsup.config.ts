import base from '../../tooling/tsup.base.js'

export default {
  ...base,
  // Seven hundred files, which every process would read: as a part of one it takes a tenth of the time (decision 025).
  noExternal: ['typebox'],
}
