import assert from 'node:assert/strict'
import { assertSame } from '../assert-same.js'
import { failsWith } from '../fails-with.js'
import type { DurableStoreCase } from './durable-store-world.js'
import { assertFound, counting, nth } from './ledger-cases.js'
import { assertSameValues } from './same-values.js'

/** A slot has one process, and one that another has taken over from commits nothing more. */
export const takeoverCases: readonly DurableStoreCase[] = [
  {
    title: 'a later process of a run takes its slot over, and finds what the earlier has committed',
    async run(world) {
      const open = await world.application()
      const earlier = await open({ incarnation: 1 })
      await earlier.commit(...nth(1))
      const later = await open({ incarnation: 2 })
      assertFound(later, [['count', '1']])
      await later.commit(...nth(2))
      assertSameValues(await later.load('s', 'count'), [2])
    },
  },
  {
    title:
      'a process that another has taken over from fails with FENCED, again and again, and nothing of it is applied',
    async run(world) {
      const open = await world.application()
      const earlier = await open({ incarnation: 1 })
      await earlier.commit(...nth(1))
      const later = await open({ incarnation: 2 })
      await failsWith('FENCED', 'the first commit of the earlier', () => earlier.commit(...nth(7)))
      await failsWith('FENCED', 'the next commit of the earlier', () => earlier.commit(...nth(8)))
      assertSameValues(await later.load('s', 'count'), [1])
      await later.close()
      assertFound(await open({ incarnation: 3 }), [['count', '1']])
    },
  },
  {
    title: 'closing a store that is fenced off takes nothing from the one that has the slot',
    async run(world) {
      const open = await world.application()
      const earlier = await open({ incarnation: 1 })
      const later = await open({ incarnation: 2 })
      await earlier.close()
      await later.commit(...nth(1))
      assertSameValues(await later.load('s', 'count'), [1])
    },
  },
  {
    title: 'of commits that are under way while a slot is taken over, those that were done are found, and no others',
    async run(world) {
      const open = await world.application()
      const earlier = await open({ incarnation: 1 })
      const underWay = counting(100).map((n) => earlier.commit(...nth(n)))
      const later = await open({ incarnation: 2 })
      const outcomes = await Promise.allSettled(underWay)
      const done = outcomes.filter(({ status }) => status === 'fulfilled').length
      assert.ok(
        outcomes.slice(0, done).every(({ status }) => status === 'fulfilled'),
        'no commit is done after one that failed',
      )
      assertSame('the number that was found', later.store.found.get('count') ?? '0', String(done))
      assertSameValues(await later.load('s', 'count'), [done === 0 ? undefined : done])
    },
  },
  {
    title: 'an earlier process of a run cannot have the slot of a later one',
    async run(world) {
      const open = await world.application()
      const later = await open({ incarnation: 2 })
      await failsWith('FENCED', 'opening the slot by an earlier process', () => open({ incarnation: 1 }))
      await later.commit(...nth(1))
    },
  },
]
