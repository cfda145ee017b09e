import assert from 'node:assert/strict'
import { assertSameRecords } from './same-records.js'
import { ack, envelope, envelopes } from './sample-records.js'
import type { TransportCase, TransportWorld } from './transport-world.js'

/** Room for everything in a frame that is not payload. */
const frameRoomBytes = 4096

/** Slow readers and large messages. */
export const loadCases: readonly TransportCase[] = [
  {
    title: 'CONF-01 slow reader: a receiver that blocks gets everything in order, and send does not wait for it',
    async run(world) {
      const { near, far } = await world.connect()
      world.hear(near)
      const farHeard = world.hear(far, (record) => {
        if (record.kind === 'envelope' && (record.ticket ?? 1) % 100 === 0) block(5)
      })
      const sent = envelopes(2000)
      const returned: unknown[] = sent.map((record) => near.send(record))
      assert.equal(farHeard.records.length, 0, 'all must be sent before the first is handed over')
      assert.ok(
        returned.every((value) => value === undefined),
        'send must return nothing to wait for',
      )
      await farHeard.count(sent.length)
      assertSameRecords(farHeard.records, sent)
    },
  },
  {
    title: 'CONF-01 slow reader: acknowledgements pass while the data of the other direction waits',
    async run(world) {
      const { near, far } = await world.connect()
      const nearHeard = world.hear(near)
      const text = 'x'.repeat(Math.floor(Math.min(65_536, world.maxPayloadBytes / 2)))
      const sent = Array.from({ length: 64 }, (_, ticket) => envelope(ticket, text))
      for (const record of sent) near.send(record)
      for (let last = 0; last < 10; last++) {
        far.send(ack(last))
        await nearHeard.count(last + 1)
      }
      const farHeard = world.hear(far)
      await farHeard.count(sent.length)
      assertSameRecords(farHeard.records, sent)
    },
  },
  {
    title: 'CONF-01 large message: JSON just under the limit arrives whole',
    run: (world) => arrivesWhole(world, ['é'.repeat(Math.floor(largestBytes(world) / 2) - 1)]),
  },
  {
    title: 'CONF-01 large message: bytes just under the limit arrive whole',
    run: (world) => arrivesWhole(world, [bytes(largestBytes(world))]),
  },
  {
    title: 'CONF-01 large message: several of one turn keep their order among small ones',
    run: (world) => {
      const large = 'y'.repeat(largestBytes(world) - 2)
      return arrivesWhole(world, ['first', large, 'second', bytes(largestBytes(world)), large, 'third'])
    },
  },
]

async function arrivesWhole(world: TransportWorld, payloads: readonly unknown[]): Promise<void> {
  const { near, farHeard } = await world.link()
  const sent = payloads.map((payload, ticket) => envelope(ticket, payload))
  for (const record of sent) near.send(record)
  await farHeard.count(sent.length)
  assertSameRecords(farHeard.records, sent)
}

function largestBytes(world: TransportWorld): number {
  return world.maxPayloadBytes - frameRoomBytes
}

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 255)
}

/** Blocks this thread, timers and sockets included. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
