import { afterEach, describe, expect, it } from '@jest/globals'
import {
  createEventEmitter,
  defineMessage,
  defineNode,
  defineSource,
  type EventEmitter,
  type SlotId,
} from '@millrace/contracts'
import { Type } from 'typebox'
import type { DeadLetter } from '../dead-letters/letter-line.js'
import { partitionOf } from '../mesh/choose-slot.js'
import { preflight } from '../preflight/preflight.js'
import { RetrySlots } from './retry-slots.js'

const Order = defineMessage('slots.order', Type.Object({ customer: Type.String() }))
const orders = defineSource({ name: 'orders', emits: [Order], read: () => [] })
const price = defineNode({ name: 'price', consumes: Order, handle: () => undefined })

const letter = (payload: unknown): DeadLetter => ({
  id: 'a'.repeat(16),
  at: '',
  node: 'price',
  code: 'NODE_FAILED',
  reason: '',
  type: 'slots.order',
  position: [0],
  trace: '',
  retries: 0,
  payload,
})

interface Slots {
  readonly slots: RetrySlots
  readonly events: EventEmitter
  readonly running: Set<SlotId>
}

async function slotsOf(group: object): Promise<Slots> {
  const { plan } = await preflight({
    nodes: [orders, price],
    packages: false,
    config: {
      version: 1,
      scenario: { name: 'slots' },
      adapters: { orders: {} },
      runtime: {
        platform: {
          bootstrap: { mode: 'process_supervisor' },
          execution_ipc: {},
          process_groups: [
            { name: 'in', nodes: ['orders'] },
            { name: 'pricing', nodes: ['price'], workers: 3, ...group },
          ],
        },
      },
    } as never,
  })
  const running = new Set(['pricing#1', 'pricing#2', 'pricing#3'])
  const events = createEventEmitter()
  return { slots: new RetrySlots({ plan, events, isRunning: (slot) => running.has(slot) }), events, running }
}

/** Keeps what is sent there until the end of the test. */
const letGo: (() => void)[] = []
const stays = (slot: SlotId): Promise<SlotId> => new Promise((resolve) => letGo.push(() => resolve(slot)))
afterEach(() => {
  for (const go of letGo.splice(0)) go()
})

describe('RetrySlots', () => {
  it('sends equal keys to the worker of their partition', async () => {
    const { slots } = await slotsOf({ partition_by: 'customer' })
    const customers = ['ann', 'ben', 'cleo', 'dan', 'eve']
    const chosen = customers.map((customer) => slots.use(letter({ customer }), 1000, async (slot) => slot))
    expect(await Promise.all(chosen)).toEqual(customers.map((customer) => `pricing#${partitionOf(customer, 3) + 1}`))
  })

  it.each([0, -1, Number.NaN, 2 ** 31])('refuses %d ms, for which no timer waits', async (timeoutMs) => {
    const { slots } = await slotsOf({})
    await expect(slots.use(letter({}), timeoutMs, async () => 'sent')).rejects.toThrow(RangeError)
  })

  it('takes the longest time that there is a timer for', async () => {
    const { slots } = await slotsOf({})
    expect(await slots.use(letter({}), 2 ** 31 - 1, async () => 'sent')).toBe('sent')
  })

  it('sends what has no key to some worker, which refuses it', async () => {
    const { slots } = await slotsOf({ partition_by: 'customer' })
    expect(await slots.use(letter(null), 1000, async (slot) => slot)).toMatch(/^pricing#\d$/u)
  })

  it('deals out to the workers that run by what is under way there', async () => {
    const { slots, running } = await slotsOf({})
    running.delete('pricing#2')
    const sent: SlotId[] = []
    const kept = [1, 2, 3, 4].map(() =>
      slots.use(letter({ customer: 'ann' }), 1000, (slot) => {
        sent.push(slot)
        return stays(slot)
      }),
    )
    await new Promise((done) => setImmediate(done))
    expect(sent.sort()).toEqual(['pricing#1', 'pricing#1', 'pricing#3', 'pricing#3'])
    for (const go of letGo.splice(0)) go()
    await Promise.all(kept)
  })

  it('waits for a worker that is being replaced, and says so when none comes', async () => {
    const { slots, running, events } = await slotsOf({ workers: 1 })
    running.clear()
    const sent = slots.use(letter({ customer: 'ann' }), 60_000, async (slot) => slot)
    running.add('pricing#1')
    events.emit('worker.running')
    expect(await sent).toBe('pricing#1')
    running.clear()
    await expect(slots.use(letter({ customer: 'ann' }), 10, async (slot) => slot)).rejects.toThrow(
      'HANDOFF_TIMEOUT: no worker was ready in pricing#1 before the deadline',
    )
  })

  it('waits no longer when the runtime drains', async () => {
    const { slots, running, events } = await slotsOf({ workers: 1 })
    running.clear()
    const sent = slots.use(letter({ customer: 'ann' }), 60_000, async (slot) => slot)
    events.emit('runtime.draining')
    await expect(sent).rejects.toThrow('SHUTTING_DOWN')
  })
})
