import { JsonText, type LinkRecord } from '@millrace/contracts'
import fc from 'fast-check'
import { assertSame } from '../assert-same.js'
import { linkRecordArbitrary } from '../link-record-arbitrary.js'
import { nastyPayloads } from '../nasty-payloads.js'
import { propertyParameters } from '../test-runner.js'
import { createHeard } from './heard.js'
import { assertSameRecords } from './same-records.js'
import { ack, envelope, fail } from './sample-records.js'
import type { TransportCase, TransportWorld } from './transport-world.js'

/** A transport carries records and judges none: what repeats or comes late is for their receiver to count. */
export const recordCases: readonly TransportCase[] = [
  {
    title: 'CONF-01 duplicate terminal: both pass unchanged',
    run: (world) => passUnchanged(world, [fail(7), fail(7), envelope(8), envelope(8), ack(8), ack(8)]),
  },
  {
    title: 'CONF-01 late terminal: it passes unchanged after cancel and acknowledgement',
    run: (world) =>
      passUnchanged(world, [
        envelope(7),
        { kind: 'cancel', origin: 'near#1.1:', root: 7, code: 'REPLY_TIMEOUT' },
        ack(7),
        fail(7),
        envelope(7),
      ]),
  },
  {
    title: 'CONF-01 round trip: every nasty payload arrives equal',
    run: (world) =>
      passUnchanged(
        world,
        nastyPayloads().map(({ payload }, ticket) => envelope(ticket, payload)),
      ),
  },
  {
    title: 'CONF-01 round trip: bytes arrive as bytes, also none and every value of a byte',
    run: (world) =>
      passUnchanged(world, [
        envelope(1, new Uint8Array(0)),
        envelope(
          2,
          Uint8Array.from({ length: 256 }, (_, value) => value),
        ),
        // A view into a larger buffer: only what it shows may travel.
        envelope(3, new Uint8Array(64).fill(7).subarray(10, 20)),
        envelope(4, Buffer.from('{"a":1}')),
      ]),
  },
  {
    title: 'CONF-01 round trip: a payload that is JSON already arrives as what it says',
    async run(world) {
      const { near, farHeard } = await world.link()
      const payloads = nastyPayloads().map(({ payload }) => payload)
      for (const [ticket, payload] of payloads.entries())
        near.send(envelope(ticket, new JsonText(JSON.stringify(payload))))
      await farHeard.count(payloads.length)
      assertSameRecords(
        farHeard.records,
        payloads.map((payload, ticket) => envelope(ticket, payload)),
      )
    },
  },
  {
    title: 'CONF-01 round trip: JSON that nobody is to read arrives as the text that was sent',
    run: (world) =>
      passUnchanged(
        world,
        // A reader would put the key 0 first, and leave out the spaces.
        ['{"b":1,"0":2}', '[1, 2]', '"é\\u00e9"', '', 'x'.repeat(2000)].map((text, ticket) =>
          envelope(ticket, new JsonText(text, true)),
        ),
      ),
  },
  {
    title: 'CONF-01 round trip: an envelope without a ticket, and the mark of a domain that is over',
    run: (world) =>
      passUnchanged(world, [
        { ...envelope(1), ticket: undefined },
        { kind: 'mark', edge: -1, domain: 'near#1/1', position: [Number.MAX_SAFE_INTEGER] },
        { kind: 'mark', edge: 0, domain: 'near#1/1', position: [] },
      ]),
  },
  {
    title: 'CONF-01 round trip: random records of every kind arrive equal',
    async run(world) {
      let runs = 0
      const carriesAll = fc.asyncProperty(fc.array(linkRecordArbitrary(), { maxLength: 20 }), (records) =>
        arriveBeforeClose(world, `near#${++runs}`, records),
      )
      await fc.assert(carriesAll, propertyParameters(world.settings))
    },
  },
]

async function passUnchanged(world: TransportWorld, records: readonly LinkRecord[]): Promise<void> {
  const { near, far, nearHeard, farHeard } = await world.link()
  for (const record of records) {
    near.send(record)
    far.send(record)
  }
  await Promise.all([nearHeard.count(records.length), farHeard.count(records.length)])
  assertSameRecords(farHeard.records, records)
  assertSameRecords(nearHeard.records, records)
}

/** Each run has a link of its own, so that one that fails spoils no other, and its records can be forgotten. */
async function arriveBeforeClose(world: TransportWorld, slot: string, records: readonly LinkRecord[]): Promise<void> {
  const { near, far } = await world.connect(slot)
  const farHeard = createHeard(far.local, world.settings.patienceMs)
  far.listen(farHeard)
  near.listen(createHeard(slot, world.settings.patienceMs))
  for (const record of records) near.send(record)
  await world.soon('closing the link', near.close())
  assertSame('the end', await farHeard.ended(), 'closed')
  assertSameRecords(farHeard.records, records)
}
