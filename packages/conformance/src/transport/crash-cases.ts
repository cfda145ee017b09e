import { assertSame } from '../assert-same.js'
import { assertFirstOf, assertSameRecords } from './same-records.js'
import { envelope, envelopes } from './sample-records.js'
import type { TransportCase } from './transport-world.js'

const title = (behaviour: string): string => `CONF-01 peer crash: ${behaviour}`

/** A lost link ends on both sides; what arrived is the beginning of what was sent. */
export const crashCases: readonly TransportCase[] = [
  {
    title: title('both ends hear lost, after a beginning of what was sent'),
    async run(world) {
      const link = await world.link()
      const there = envelopes(200)
      const back = envelopes(200, 1000)
      for (const record of there.slice(0, 100)) link.near.send(record)
      await link.farHeard.count(100)
      for (const record of there.slice(100)) link.near.send(record)
      for (const record of back) link.far.send(record)
      await world.lose(link)
      assertFirstOf(link.farHeard.records, there)
      assertFirstOf(link.nearHeard.records, back)
    },
  },
  {
    title: title('an end that gives its link up loses it on both sides, although the other goes on sending'),
    async run(world) {
      const { near, far, nearHeard, farHeard } = await world.link()
      for (const record of envelopes(50)) near.send(record)
      await farHeard.count(1)
      for (const record of envelopes(50, 1000)) near.send(record)
      far.lose()
      const ends = world.soon(
        'both ends of a link that was given up',
        Promise.all([nearHeard.ended(), farHeard.ended()]),
      )
      assertSame('the ends', (await ends).join(), 'lost,lost')
      assertFirstOf(farHeard.records, [...envelopes(50), ...envelopes(50, 1000)])
    },
  },
  {
    title: title('what is sent afterwards is dropped silently'),
    async run(world) {
      const link = await world.link()
      await world.lose(link)
      link.near.send(envelope(1))
      link.far.send(envelope(2))
      await world.soon('closing a lost link', Promise.all([link.near.close(), link.far.close()]))
      assertSameRecords([...link.nearHeard.records, ...link.farHeard.records], [])
    },
  },
  {
    title: title('an end that listens too late hears lost'),
    async run(world) {
      const { near, far } = await world.connect()
      const nearHeard = world.hear(near)
      await world.transports.loseLink(far.local, near.local)
      assertSame('the end of the one that listened', await nearHeard.ended(), 'lost')
      assertSame('the end of the one that listened too late', await world.hear(far).ended(), 'lost')
    },
  },
  {
    title: title('other links live on'),
    async run(world) {
      const lost = await world.link('near#1', 'far#1')
      const others = [await world.link('near#2', 'far#1'), await world.link('near#1', 'far#2')]
      await world.lose(lost)
      for (const { near, far, nearHeard, farHeard } of others) {
        near.send(envelope(1))
        far.send(envelope(2))
        await Promise.all([farHeard.count(1), nearHeard.count(1)])
        assertSameRecords([...farHeard.records, ...nearHeard.records], [envelope(1), envelope(2)])
      }
    },
  },
  {
    title: title('two slots can be linked again, and nothing of the old link comes over the new one'),
    async run(world) {
      const old = await world.link()
      for (const record of envelopes(50)) old.near.send(record)
      await world.lose(old)
      const renewed = await world.link()
      renewed.near.send(envelope(50))
      await renewed.farHeard.count(1)
      assertSameRecords(renewed.farHeard.records, [envelope(50)])
    },
  },
]
