import { describe, expect, it } from '@jest/globals'
import type { Hop, Plan, Position } from '@millrace/contracts'
import { Domain } from '../runner/domain.js'
import { chooseSlot } from './choose-slot.js'
import type { Peer } from './peer.js'

/** @param load envelopes that are not acknowledged; undefined without a worker */
const peerOf = (slot: string, load: number | undefined): Peer =>
  ({ slot, load: load ?? 0, ready: load !== undefined }) as Peer // all that is asked of it
const plan = { groups: [{ partitionBy: 'id', partitions: 4 }] } as unknown as Plan // as above

const run = new Domain(() => undefined)
const stream = (number: number): Domain => Object.assign(new Domain(() => undefined), { offset: number })

const chosen = (choose: Hop['choose'], loads: readonly (number | undefined)[]) => {
  const peers = loads.map((load, index) => peerOf(`two#${index + 1}`, load))
  const slotOf = chooseSlot(plan, 0, choose, peers)
  return (position: Position, domain: Domain | undefined, payload: unknown = {}): string =>
    slotOf(payload, position, domain).slot
}

describe('the slot of a message', () => {
  it('ORDER-01 follows from the number of its root where something ordered may come after it, whatever the load', () => {
    const slotOf = chosen('sequence', [9, 0])
    expect([0, 1, 2, 3].map((seq) => slotOf([seq, 5], run))).toEqual(['two#1', 'two#2', 'two#1', 'two#2'])
  })

  it.each(['sequence', 'load'] as const)(
    'ORDER-02 follows from its position in a stream request, which is ordered at its end: %s',
    (choose) => {
      const slotOf = chosen(choose, [9, 0])
      const items = [0, 1, 2].map((item) => slotOf([0, item], stream(0)))
      expect(items).toEqual(['two#1', 'two#2', 'two#1'])
      expect([slotOf([0, 0], stream(1)), slotOf([0, 0], stream(1))]).toEqual(['two#2', 'two#2'])
    },
  )

  it('ORDER-01 follows from the partition field where the group has one, for single requests too', () => {
    const slotOf = chosen('partition', [9, 0])
    const slots = ['a', 'b', 'c', 'd'].map((id) => [slotOf([0], run, { id }), slotOf([7], undefined, { id })])
    expect(slots.every(([one, other]) => one === other)).toBe(true)
    expect(new Set(slots.flat()).size).toBe(2)
  })

  it('is the one with the least to do for single requests, and never one without a worker while another has one', () => {
    expect(chosen('sequence', [9, 0])([0], undefined)).toBe('two#2')
    expect(chosen('load', [9, undefined])([0], undefined)).toBe('two#1')
    expect(chosen('load', [undefined, 9])([0], undefined)).toBe('two#2')
  })
})
