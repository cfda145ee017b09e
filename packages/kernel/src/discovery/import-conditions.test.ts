import { describe, expect, it } from '@jest/globals'
import { importConditions } from './import-conditions.js'

describe('importConditions', () => {
  const plain = { execArgv: [], nodeOptions: '', requiresModules: false }

  it.each([
    ['nothing', {}, []],
    ['-C twice', { execArgv: ['-C', 'one', '--import', 'tsx', '-C', 'two'] }, ['one', 'two']],
    ['--conditions', { execArgv: ['--conditions', 'one', '--conditions=two'] }, ['one', 'two']],
    ['NODE_OPTIONS', { nodeOptions: '--max-old-space-size=64  -C one', execArgv: ['-C', 'two'] }, ['one', 'two']],
    ['a flag without its value', { execArgv: ['-C'] }, []],
    ['require of ES modules', { requiresModules: true }, ['module-sync']],
  ])('adds to those of Node what %s says', (_what, flags, added) => {
    expect([...importConditions({ ...plain, ...flags })]).toEqual(['node', 'import', 'node-addons', ...added])
  })
})
