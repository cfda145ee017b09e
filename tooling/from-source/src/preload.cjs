const Module = require('node:module')

/** What the loader asks of Node. A command passes on to its workers how modules are found, but not these. */
const flags = ['--experimental-vm-modules', '--experimental-import-meta-resolve']

/**
 * Has Node run another program, which runs the one that it was asked for.
 *
 * @param {string} program absolute
 */
exports.runBy = (program) => {
  const { NODE_OPTIONS: options = '' } = process.env
  process.env.NODE_OPTIONS = [options, ...flags.filter((flag) => !options.includes(flag))].join(' ').trim()
  // Node leaves to what it is given by `--require` how the main program is run.
  const { runMain } = Module
  Object.assign(Module, { runMain: () => runMain(program) })
}
