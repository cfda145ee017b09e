import type { LinkRecord } from '@millrace/contracts'
import { assertSame } from '../assert-same.js'
import { assertSameRecords } from './same-records.js'
import { ack, envelope, envelopes } from './sample-records.js'
import type { HeardLink, TransportCase } from './transport-world.js'

const title = (behaviour: string): string => `CONF-01 order: ${behaviour}`

/** Records arrive in the order in which they were sent. */
export const orderCases: readonly TransportCase[] = [
  {
    title: title('both ends know the slots they connect'),
    async run(world) {
      const { near, far } = await world.link('near#1', 'far#2')
      const slots = [near.local, near.peer, far.local, far.peer]
      assertSame('the slots of the ends', slots, ['near#1', 'far#2', 'far#2', 'near#1'])
    },
  },
  {
    title: title('records of several turns arrive as sent, in both directions'),
    async run(world) {
      const { near, far, nearHeard, farHeard } = await world.link()
      const there = envelopes(100)
      const back = envelopes(100, 1000)
      for (let turn = 0; turn < 5; turn++) {
        for (const record of there.slice(turn * 20, turn * 20 + 20)) near.send(record)
        for (const record of back.slice(turn * 20, turn * 20 + 20)) far.send(record)
        await Promise.all([farHeard.count(turn * 20 + 20), nearHeard.count(turn * 20 + 20)])
      }
      assertSameRecords(farHeard.records, there)
      assertSameRecords(nearHeard.records, back)
    },
  },
  {
    title: title('many records of one turn arrive as sent'),
    async run(world) {
      const { near, farHeard } = await world.link()
      const sent = envelopes(10_000)
      for (const record of sent) near.send(record)
      await farHeard.count(sent.length)
      assertSameRecords(farHeard.records, sent)
    },
  },
  {
    title: title('nothing is handed over inside send'),
    async run(world) {
      const { near, far } = await world.connect()
      world.hear(near)
      let sending = false
      const handedOverWhileSending: boolean[] = []
      const heard = world.hear(far, () => handedOverWhileSending.push(sending))
      sending = true
      for (const record of envelopes(3)) near.send(record)
      sending = false
      await heard.count(3)
      assertSame('what was handed over inside send', handedOverWhileSending, [false, false, false])
    },
  },
  {
    title: title('a receiver may answer while it is handed records'),
    async run(world) {
      const { near, far } = await world.connect()
      const nearHeard = world.hear(near)
      world.hear(far, (record) => far.send(record))
      const sent = envelopes(200)
      for (const record of sent) near.send(record)
      await nearHeard.count(sent.length)
      assertSameRecords(nearHeard.records, sent)
    },
  },
  {
    title: title('records that come before listen wait for it'),
    async run(world) {
      const { near, far } = await world.connect()
      const nearHeard = world.hear(near)
      const early = envelopes(50)
      for (const record of early) near.send(record)
      // The answer proves that turns have passed and that the other direction does not wait.
      far.send(ack(0))
      await nearHeard.count(1)
      const farHeard = world.hear(far)
      const late = envelopes(50, 50)
      for (const record of late) near.send(record)
      await farHeard.count(100)
      assertSameRecords(farHeard.records, [...early, ...late])
    },
  },
  {
    title: title('parallel links do not mix'),
    async run(world) {
      const links: HeardLink[] = []
      for (const [near, far] of [1, 2, 3].flatMap((one) => [1, 2, 3].map((other) => [one, other])))
        links.push(await world.link(`near#${near}`, `far#${far}`))
      const sent = links.map((): LinkRecord[] => [])
      for (let round = 0; round < 20; round++)
        for (const [index, { near, far }] of links.entries()) {
          const record = envelope(round, { link: index, round })
          sent[index]?.push(record)
          near.send(record)
          far.send(record)
        }
      for (const [index, { nearHeard, farHeard }] of links.entries()) {
        await Promise.all([nearHeard.count(20), farHeard.count(20)])
        assertSameRecords(nearHeard.records, sent[index] ?? [])
        assertSameRecords(farHeard.records, sent[index] ?? [])
      }
    },
  },
]
