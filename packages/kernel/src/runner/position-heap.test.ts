import { describe, expect, it } from '@jest/globals'
import { comparePositions, type Position } from '@millrace/contracts'
import fc from 'fast-check'
import { type Positioned, PositionHeap } from './position-heap.js'

const position = fc.array(fc.nat(5), { minLength: 1, maxLength: 4 })

/** What a heap is asked to do: add a position, take the smallest, take one out from anywhere, take out many, or let one grow. */
const step = fc.oneof(
  position.map((at) => ({ kind: 'push', at }) as const),
  fc.constant({ kind: 'pop' } as const),
  fc.nat().map((which) => ({ kind: 'remove', which }) as const),
  fc.nat(5).map((below) => ({ kind: 'takeAll', below }) as const),
  fc.tuple(fc.nat(), fc.nat(4)).map(([which, child]) => ({ kind: 'grow', which, child }) as const),
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

interface Item extends Positioned {
  readonly id: number
}

/** Does the steps on a heap and on a plain list. @returns the smallest position after each, of both */
function play(steps: readonly Step[]): { readonly heap: string[]; readonly list: string[] } {
  const heap = new PositionHeap<Item>()
  const list: Item[] = []
  const seen = { heap: [] as string[], list: [] as string[] }
  for (const [id, one] of steps.entries()) {
    doOne(one, id, heap, list)
    seen.heap.push(`${heap.length} ${String(heap.peek()?.position)}`)
    seen.list.push(`${list.length} ${String(leastOf(list))}`)
  }
  return seen
}

function doOne(one: Step, id: number, heap: PositionHeap<Item>, list: Item[]): void {
  const item = 'which' in one ? list[one.which % Math.max(1, list.length)] : undefined
  if (one.kind === 'push') {
    const pushed = { id, position: one.at, heapIndex: 0 }
    list.push(pushed)
    heap.push(pushed)
  } else if (one.kind === 'pop') {
    const popped = heap.pop()
    list.splice(popped === undefined ? list.length : list.indexOf(popped), 1)
  } else if (one.kind === 'takeAll') {
    for (const taken of heap.takeAll(({ position: [root = 0] }) => root < one.below))
      list.splice(list.indexOf(taken), 1)
  } else if (item !== undefined && one.kind === 'remove') {
    heap.remove(item)
    list.splice(list.indexOf(item), 1)
  } else if (item !== undefined && one.kind === 'grow') {
    item.position = [...item.position, one.child]
    heap.grown(item)
  }
}

function leastOf(list: readonly Item[]): Position | undefined {
  return list.map((item) => item.position).sort(comparePositions)[0]
}

describe('PositionHeap', () => {
  it('has the smallest position on top whatever is pushed, popped, removed from the middle or moved back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { heap, list } = play(steps)
        expect(heap).toEqual(list)
      }),
      { numRuns: 200 * Number(process.env.ROUNDS ?? 1) },
    )
  })
})
