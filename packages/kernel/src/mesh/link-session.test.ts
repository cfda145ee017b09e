import { describe, expect, it } from '@jest/globals'
import type { AckRecord, Link, LinkRecord } from '@millrace/contracts'
import { BatchEncoder } from '@millrace/wire'
import { Durations } from '../metrics/durations.js'
import { LinkSession } from './link-session.js'
import { Peer } from './peer.js'

/** The least that a configuration can set. */
const maxPayloadBytes = 1024

/** A session whose link takes what fits a frame. */
function session(sent: LinkRecord[]): LinkSession {
  const link: Link = {
    local: 'here#1',
    peer: 'there#1',
    incarnation: 1,
    send(record) {
      new BatchEncoder(maxPayloadBytes).add(record)
      sent.push(record)
    },
    listen: () => undefined,
    close: () => Promise.resolve(),
    lose: () => undefined,
  }
  const peer = new Peer('there#1', {
    clock: () => 0,
    hop: undefined,
    durations: new Durations(),
    redeliver: 0,
    name: () => 'here#1.1:',
    beganHere: () => true,
    outbox: undefined,
    giveUp: () => false,
    sentAgain: () => undefined,
  })
  const hearer = { heard: () => undefined, flushLater: () => undefined }
  return new LinkSession(link, peer, hearer, () => undefined)
}

describe('LinkSession', () => {
  it.each([1, 50, 51, 3000])('sends %i ranges of acknowledgements in as many records as they take', (count) => {
    const sent: AckRecord[] = []
    const acknowledging = session(sent as LinkRecord[]) // nothing else is sent
    const ranges = Array.from({ length: count }, (_, index) => {
      const ticket = Number.MAX_SAFE_INTEGER - 2 * (count - index)
      return [ticket, ticket]
    })
    for (const [ticket = 0] of ranges) acknowledging.acknowledge(ticket)
    acknowledging.flush()
    expect(sent.flatMap((record) => record.ranges)).toEqual(ranges)
    acknowledging.flush()
    expect(sent).toHaveLength(Math.ceil(count / 50))
  })
})
