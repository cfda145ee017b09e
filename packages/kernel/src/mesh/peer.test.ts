import { beforeEach, describe, expect, it } from '@jest/globals'
import { type EnvelopeRecord, type Link, type LinkRecord, MillraceError, type Position } from '@millrace/contracts'
import { Durations } from '../metrics/durations.js'
import { Domain } from '../runner/domain.js'
import { Root, type RootOwner } from '../runner/root.js'
import { Peer } from './peer.js'
import type { Sent } from './sent.js'

const owner: RootOwner = {
  reply: () => undefined,
  replied: () => undefined,
  failed: () => undefined,
  ended: () => undefined,
}
const crashed = new MillraceError('WORKER_CRASHED', 'it died')

interface TestLink extends Link {
  readonly records: LinkRecord[]
}

function linkTo(incarnation: number): TestLink {
  const records: LinkRecord[] = []
  return {
    local: 'here#1',
    peer: 'there#1',
    incarnation,
    records,
    send: (record) => void records.push(record),
    listen: () => undefined,
    close: () => Promise.resolve(),
    lose: () => undefined,
  }
}

const envelopes = ({ records }: TestLink): readonly EnvelopeRecord[] =>
  records.filter((record) => record.kind === 'envelope')
const payloads = (link: TestLink): readonly unknown[] => envelopes(link).map(({ payload }) => payload)

describe('Peer', () => {
  let now = 1000
  let again: number[] = []
  let deadLetters: unknown[] = []
  let beganHere = true

  beforeEach(() => {
    now = 1000
    again = []
    deadLetters = []
    beganHere = true
  })

  const peerOf = (redeliver: number, deadLetter = false): Peer =>
    new Peer('there#1', {
      clock: () => now,
      hop: undefined,
      durations: new Durations(),
      redeliver,
      name: (root) => {
        root.crossing ??= {
          failed: (failed) => peer?.cancel(failed, cancelOf),
          failedAt: () => undefined,
          overdue: () => false,
          ended: () => undefined,
          traceOf: () => '',
        }
        return 'here#1.1:'
      },
      beganHere: () => beganHere,
      outbox: undefined,
      giveUp: ({ payload }: Sent) => deadLetter && deadLetters.push(payload) > 0,
      sentAgain: (_slot, count) => void again.push(count),
    })
  const cancelOf = { kind: 'cancel', origin: 'here#1.1:', root: 0, code: 'REPLY_CANCELLED' } as const
  let peer: Peer | undefined

  const root = (deadline?: number, domain?: Domain): Root => new Root(owner, domain, 0, deadline)
  const send = (to: Peer, payload: string, position: Position, of: Root = root()): Root => {
    peer = to
    to.send(0, payload, of, { position, cause: undefined })
    return of
  }

  it('PROC-03 sends again what a dead worker held, in the order of positions, before anything new', () => {
    const [first, second] = [linkTo(1), linkTo(2)]
    const to = peerOf(1)
    to.opened(first)
    for (const [payload, seq] of [
      ['b', 2],
      ['a', 1],
      ['d', 4],
    ] as const)
      send(to, payload, [seq, 0])
    to.linkLost(first)
    to.judge(first, crashed)
    send(to, 'c', [3, 0])
    to.opened(second)
    send(to, 'e', [0, 0])
    expect(payloads(second)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(again).toEqual([3])
  })

  it('PROC-03 fails what it has sent as often as it may, and what a group without redelivery held', () => {
    const sent = [0, 2].map((redeliver) => {
      const to = peerOf(redeliver)
      const of = root()
      const links = [1, 2, 3].map(linkTo)
      send(to, 'a', [0, 0], of)
      for (const link of links) {
        to.opened(link)
        to.linkLost(link)
        to.judge(link, crashed)
      }
      return [links.map((link) => payloads(link).length), of.failure?.code, to.load]
    })
    expect(sent).toEqual([
      [[1, 0, 0], 'WORKER_CRASHED', 0],
      [[1, 1, 1], 'WORKER_CRASHED', 0],
    ])
  })

  it('PROC-03 hands what it may not send again to the dead letters where it is taken, and the root goes on', () => {
    const link = linkTo(1)
    const to = peerOf(0, true)
    to.opened(link)
    const of = send(to, 'poison', [0, 0])
    to.linkLost(link)
    to.judge(link, crashed)
    expect([deadLetters, of.failure, of.parts]).toEqual([['poison'], undefined, 1])
  })

  it('REPLY-04 never sends again what belongs to a root that was cancelled meanwhile', () => {
    const [first, second] = [linkTo(1), linkTo(2)]
    const to = peerOf(1)
    to.opened(first)
    const cancelled = send(to, 'a', [0, 0])
    const other = send(to, 'b', [1, 0])
    to.linkLost(first)
    cancelled.fail(new MillraceError('REPLY_CANCELLED', 'nobody wants it'))
    to.opened(second)
    expect([payloads(second), cancelled.parts, other.parts]).toEqual([['b'], 1, 2])
  })

  it('REPLY-10 tells a replacement what is left of the deadline', () => {
    const [first, second] = [linkTo(1), linkTo(2)]
    const to = peerOf(1)
    to.opened(first)
    send(to, 'a', [0, 0], root(6000))
    now = 3000
    to.linkLost(first)
    to.opened(second)
    expect([first, second].map((link) => envelopes(link)[0]?.remainingMs)).toEqual([5000, 3000])
  })

  it('HANDOFF-04 fails with HANDOFF_TIMEOUT and the group what waits until its deadline, also when a later one came first', async () => {
    const to = peerOf(1)
    const [late, soon] = [root(now + 60_000), root(now + 30)]
    send(to, 'a', [0, 0], late)
    const failed = new Promise<MillraceError>((resolve) => void soon.onFailure(resolve))
    send(to, 'b', [1, 0], soon)
    expect(await failed).toMatchObject({ code: 'HANDOFF_TIMEOUT', facts: { group: 'there', worker: 'there#1' } })
    expect([late.failure, to.load]).toEqual([undefined, 1])
    to.close(crashed)
  })

  it('LINK-01 a number that a lost link carried acknowledges nothing', () => {
    const [first, second] = [linkTo(1), linkTo(1)]
    const to = peerOf(1)
    to.opened(first)
    send(to, 'a', [0, 0])
    to.linkLost(first)
    to.opened(second)
    to.acknowledged([[1, 1]])
    const before = to.load
    to.acknowledged([[2, 2]])
    expect([before, to.load]).toEqual([1, 0])
  })

  it('moves what belongs to a domain when a newer process is there, and leaves single requests with the old one', () => {
    const [old, young] = [linkTo(1), linkTo(2)]
    const to = peerOf(0)
    to.opened(old)
    const single = send(to, 'single', [0, 0])
    send(to, 'item', [0, 1], root(undefined, new Domain(() => undefined)))
    to.opened(young)
    expect([payloads(young), again]).toEqual([['item'], []])
    to.acknowledged([[1, 1]])
    expect([single.parts, to.load]).toEqual([1, 1])
    to.linkLost(old)
    to.judge(old, crashed)
    expect(to.load).toBe(1)
  })

  it('judges what one link has carried, and not what another has', () => {
    const [old, young] = [linkTo(1), linkTo(2)]
    const to = peerOf(0)
    to.opened(old)
    const first = send(to, 'a', [0, 0])
    to.opened(young)
    const second = send(to, 'b', [1, 0])
    to.linkLost(young)
    to.linkLost(old)
    to.judge(old, crashed)
    expect([first, second].map(({ failure }) => failure?.code)).toEqual(['WORKER_CRASHED', undefined])
  })

  it.each([
    [true, ['WORKER_CRASHED', 'WORKER_CRASHED']],
    [false, ['WORKER_CRASHED', undefined]],
  ])(
    'HANDOFF-05 without a link to come fails single requests and what began here (%p), and leaves to others what they do again',
    (here, codes) => {
      beganHere = here
      const to = peerOf(1)
      const both = (seq: number) => [
        send(to, 'single', [seq, 0]),
        send(to, 'item', [seq, 1], root(undefined, new Domain(() => undefined))),
      ]
      const before = both(0)
      to.strand(crashed)
      const after = both(1)
      expect([before, after].map((roots) => roots.map(({ failure }) => failure?.code))).toEqual([codes, codes])
    },
  )

  it('HANDOFF-05 a link that comes all the same is one like any other', () => {
    const link = linkTo(1)
    const to = peerOf(1)
    to.strand(crashed)
    to.opened(link)
    const of = send(to, 'a', [0, 0])
    to.linkLost(link)
    expect([payloads(link), of.failure, to.load]).toEqual([['a'], undefined, 1])
  })

  it('PROC-03 fails at once what waits for a slot that nobody will come into, and what comes later', () => {
    const link = linkTo(1)
    const to = peerOf(1)
    to.opened(link)
    const held = send(to, 'a', [0, 0])
    to.linkLost(link)
    to.abandon(crashed)
    const later = send(to, 'b', [1, 0])
    expect([held.failure?.code, later.failure?.code, to.load]).toEqual(['WORKER_CRASHED', 'WORKER_CRASHED', 0])
  })
})
