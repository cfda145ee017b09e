import { describe, expect, it } from '@jest/globals'
import { createEventEmitter } from '@millrace/contracts'
import { bareWorker as worker } from '../test/bare-worker.js'
import { createSupervisor, type SupervisorOptions } from './index.js'

const options: SupervisorOptions = {
  workers: [worker],
  strategy: 'one_for_one',
  module: '/worker.js',
  execArgv: [],
  gracefulMs: 1,
}

function made(changes: object) {
  const listener = {
    bundleOf: () => {
      throw new Error('not asked for')
    },
    ready: async () => undefined,
    moved: async () => undefined,
    endpoints: () => undefined,
    told: () => undefined,
    failed: () => undefined,
  }
  return () => createSupervisor({ listener, events: createEventEmitter() }, { ...options, ...changes })
}

describe('createSupervisor', () => {
  it('shows every slot as stopped before it is started', () => {
    expect(made({})().snapshot()).toEqual([
      { slot: 'a#1', group: 'a', phase: 'stopped', incarnation: 0, pid: undefined, restarts: 0 },
    ])
  })

  it.each([
    ['a slot that is named twice', { workers: [worker, worker] }, 'Two workers cannot have one slot: a#1'],
    ['an unknown strategy', { strategy: 'all_for_one' }, 'Unknown strategy: all_for_one'],
  ])('refuses %s', (_what, changes, message) => {
    expect(made(changes)).toThrow(new RangeError(message))
  })
})
