import type { Link } from '@millrace/contracts'
import { assertSame } from '../assert-same.js'
import { assertSameRecords } from './same-records.js'
import { envelope, envelopes } from './sample-records.js'
import type { HeardLink, TransportCase, TransportWorld } from './transport-world.js'

const title = (behaviour: string): string => `CONF-01 close flush: ${behaviour}`

/** Closing hands over what was sent, and then ends the link on both sides. */
export const closeCases: readonly TransportCase[] = [
  {
    title: title('the end that dialled closes'),
    run: (world) => closesAfterAll(world, ({ near }) => [near]),
  },
  {
    title: title('the end that was dialled closes'),
    run: (world) => closesAfterAll(world, ({ far }) => [far]),
  },
  {
    title: title('both ends close in one turn'),
    run: (world) => closesAfterAll(world, ({ near, far }) => [near, far]),
  },
  {
    title: title('closing twice is closing once'),
    run: (world) => closesAfterAll(world, ({ near }) => [near, near]),
  },
  {
    title: title('a closed transport has handed over what its links were sent'),
    async run(world) {
      const { near, nearHeard, farHeard } = await world.link()
      const sent = envelopes(100)
      for (const record of sent) near.send(record)
      await world.soon('closing the transport that dialled', world.transports.dialling.close())
      assertSame('the ends', [await nearHeard.ended(), await farHeard.ended()], ['closed', 'closed'])
      assertSameRecords(farHeard.records, sent)
    },
  },
  {
    title: title('records and end wait for listen'),
    async run(world) {
      const { near, far } = await world.connect()
      const nearHeard = world.hear(near)
      const sent = envelopes(10)
      for (const record of sent) near.send(record)
      const closed = near.close()
      const farHeard = world.hear(far)
      await world.soon('closing the link', closed)
      assertSame('the ends', [await nearHeard.ended(), await farHeard.ended()], ['closed', 'closed'])
      assertSameRecords(farHeard.records, sent)
    },
  },
  {
    title: title('what is sent after the end is dropped silently'),
    async run(world) {
      const { near, far, nearHeard, farHeard } = await world.link()
      await world.soon('closing the link', near.close())
      await Promise.all([nearHeard.ended(), farHeard.ended()])
      near.send(envelope(1))
      far.send(envelope(2))
      const again = await world.link('near#2', 'far#1')
      again.near.send(envelope(3))
      await again.farHeard.count(1)
      assertSameRecords([...nearHeard.records, ...farHeard.records], [])
    },
  },
  {
    title: title('two slots can be linked again'),
    async run(world) {
      const first = await world.link()
      await world.soon('closing the link', first.near.close())
      await Promise.all([first.nearHeard.ended(), first.farHeard.ended()])
      const second = await world.link()
      second.near.send(envelope(1))
      second.far.send(envelope(2))
      await Promise.all([second.farHeard.count(1), second.nearHeard.count(1)])
      assertSameRecords([...second.farHeard.records, ...second.nearHeard.records], [envelope(1), envelope(2)])
      assertSameRecords([...first.farHeard.records, ...first.nearHeard.records], [])
    },
  },
]

/** Both sides send, some close in the same turn: everything arrives, then everybody hears `closed`. */
async function closesAfterAll(world: TransportWorld, closersOf: (link: HeardLink) => readonly Link[]): Promise<void> {
  const link = await world.link()
  const there = envelopes(200)
  const back = envelopes(200, 1000)
  for (const record of there) link.near.send(record)
  for (const record of back) link.far.send(record)
  await world.soon('closing the link', Promise.all(closersOf(link).map((closer) => closer.close())))
  assertSame('the ends', [await link.nearHeard.ended(), await link.farHeard.ended()], ['closed', 'closed'])
  assertSameRecords(link.farHeard.records, there)
  assertSameRecords(link.nearHeard.records, back)
}
