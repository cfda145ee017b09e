import assert from 'node:assert/strict'
import type { WorkQueue } from '@millrace/contracts'
import fc from 'fast-check'
import { assertSame } from '../assert-same.js'
import { propertyParameters } from '../test-runner.js'
import type { TransportCase, TransportWorld } from './transport-world.js'

const title = (behaviour: string): string => `CONF-01 queue: ${behaviour}`

type Step = { readonly push: number } | 'shift' | 'clear'

/** The queues that a transport makes are first in, first out. */
export const queueCases: readonly TransportCase[] = [
  {
    title: title('it does what a list does, for random pushes, shifts and clears'),
    async run(world) {
      const step: fc.Arbitrary<Step> = fc.oneof(
        { weight: 60, arbitrary: fc.record({ push: fc.nat() }) },
        { weight: 50, arbitrary: fc.constant('shift' as const) },
        { weight: 1, arbitrary: fc.constant('clear' as const) },
      )
      const likeList = fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) =>
        behavesLikeList(world, steps),
      )
      fc.assert(likeList, propertyParameters(world.settings))
    },
  },
  {
    title: title('it keeps the order of a burst, again and again'),
    async run(world) {
      const queue = world.transports.listening.createQueue<number>()
      for (let burst = 0; burst < 3; burst++) {
        for (let item = 0; item < 40_000; item++) queue.push(item)
        assertSame('length', queue.length, 40_000)
        for (let item = 0; item < 40_000; item++)
          if (queue.shift() !== item) assert.fail(`item ${item} came out of turn`)
        assertSame('shift of an empty queue', queue.shift(), undefined)
        assertSame('length', queue.length, 0)
      }
    },
  },
  {
    title: title('it holds any item, and length tells an undefined one from none'),
    async run(world) {
      const queue = world.transports.listening.createQueue<unknown>()
      const items = [undefined, null, 0, '', false, Number.NaN]
      for (const item of items) queue.push(item)
      assertSame('what comes out', drain(queue), items)
    },
  },
  {
    title: title('queues share nothing'),
    async run(world) {
      const first = world.transports.listening.createQueue<number>()
      const second = world.transports.listening.createQueue<number>()
      first.push(1)
      second.push(2)
      first.clear()
      assertSame('what comes out of each', [drain(first), drain(second)], [[], [2]])
    },
  },
]

function behavesLikeList(world: TransportWorld, steps: readonly Step[]): void {
  const queue = world.transports.listening.createQueue<number>()
  const list: number[] = []
  for (const step of steps) {
    if (step === 'shift') assertSame('shift', queue.shift(), list.shift())
    else if (step === 'clear') {
      queue.clear()
      list.length = 0
    } else {
      queue.push(step.push)
      list.push(step.push)
    }
    assertSame('length', queue.length, list.length)
  }
  assertSame('what comes out', drain(queue), list)
}

function drain<Item>(queue: WorkQueue<Item>): (Item | undefined)[] {
  const items: (Item | undefined)[] = []
  while (queue.length > 0) items.push(queue.shift())
  return items
}
