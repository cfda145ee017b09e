import { describe, expect, it } from '@jest/globals'
import type { Facts, WorkerSettings } from '@millrace/contracts'
import { bareWorker } from '../test/bare-worker.js'
import { createMemoryWatch, type MemoryWatch } from './memory-watch.js'

const settings: WorkerSettings = { ...bareWorker, maxMemoryMb: 100 }
const mb = 2 ** 20

function watching(changes: Partial<WorkerSettings>, replaceable = true): { watch: MemoryWatch; told: Facts[] } {
  const told: Facts[] = []
  const watch = createMemoryWatch(
    { ...settings, ...changes },
    {
      clock: () => 0,
      random: () => 0.5,
      isReplaceable: () => replaceable,
      isHolder: () => true,
      replace: async () => undefined,
      emit: (_, facts) => void told.push(facts),
    },
  )
  return { watch, told }
}

describe('createMemoryWatch', () => {
  it('tells of a process that stays once, and of the next one again', () => {
    const { watch, told } = watching({ whyNotReplaced: 'it holds what would be lost' })
    for (const [incarnation, rssMb] of [
      [1, 101],
      [1, 200],
      [2, 300],
    ] as const)
      watch.measured(incarnation, rssMb * mb)
    expect(told).toMatchObject([
      { incarnation: 1, rssMb: 101, limitMb: 100, action: 'none', reason: 'it holds what would be lost' },
      { incarnation: 2, rssMb: 300 },
    ])
  })

  it.each([
    ['has as much as it may', {}, true],
    ['has no limit', { maxMemoryMb: undefined }, true],
    ['is about to be replaced anyway', {}, false],
  ] as const)('says nothing of a process that %s', (_, changes, replaceable) => {
    const { watch, told } = watching(changes, replaceable)
    watch.measured(1, 100 * mb)
    expect(told).toEqual([])
  })
})
