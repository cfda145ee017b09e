import { describe, expect, it } from '@jest/globals'
import { type Link, MillraceError } from '@millrace/contracts'
import { envelope } from '../test/envelope.js'
import { heardBy } from '../test/heard.js'
import { endpointOf, linked, noDeadline } from '../test/linked.js'
import { createManualSchedule } from '../test/manual-schedule.js'
import { createMemoryTransport } from './memory-transport.js'

// What every transport must do is proved by the suite of @millrace/conformance; here is what only this one promises.
describe('createMemoryTransport', () => {
  it('schedules one run for each batch of each direction', async () => {
    const manual = createManualSchedule()
    const [near, far] = await linked(createMemoryTransport(manual), 'a#1', 'b#1')
    const [nearHeard, farHeard] = [heardBy(near), heardBy(far)]
    sendAll(near, [1, 2, 3])
    sendAll(far, [4, 5])
    expect(manual.waiting).toBe(2)
    manual.runOne(1)
    expect([nearHeard, farHeard]).toEqual([[4, 5], []])
    sendAll(near, [6])
    expect(manual.waiting).toBe(1)
    manual.runOne()
    expect(farHeard).toEqual([1, 2, 3, 6])
    expect(manual.waiting).toBe(0)
  })

  it('hands over in a run what was sent before it, and the rest in the next', async () => {
    const manual = createManualSchedule()
    const [near, far] = await linked(createMemoryTransport(manual), 'a#1', 'b#1')
    const heard = heardBy(far, (entry) => sendAll(near, entry === 1 ? [3] : []))
    sendAll(near, [1, 2])
    manual.runOne()
    expect(heard).toEqual([1, 2])
    manual.runOne()
    expect(heard).toEqual([1, 2, 3])
  })

  it('hands over what is sent in a run before an end of the same run', async () => {
    const manual = createManualSchedule()
    const [near, far] = await linked(createMemoryTransport(manual), 'a#1', 'b#1')
    const closing: Promise<void>[] = []
    const heard = heardBy(far, (entry) => {
      sendAll(near, entry === 1 ? [2] : [])
      closing.push(near.close())
    })
    sendAll(near, [1])
    manual.runAll()
    await Promise.all(closing)
    expect(heard).toEqual([1, 2, 'closed'])
  })

  it('still hands over what follows when a listener throws', async () => {
    const manual = createManualSchedule()
    const [near, far] = await linked(createMemoryTransport(manual), 'a#1', 'b#1')
    const heard = heardBy(far, (entry) => {
      if (entry === 1) throw new Error('the listener is broken')
    })
    sendAll(near, [1, 2])
    expect(() => manual.runOne()).toThrow('the listener is broken')
    manual.runAll()
    expect(heard).toEqual([1, 2])
  })

  it('passes records by reference', async () => {
    const payload = { n: 1 }
    expect((await carried(createMemoryTransport(), payload)).payload).toBe(payload)
  })

  it('copies payloads where it is told to serialise', async () => {
    const payload = { n: 1 }
    const record = await carried(createMemoryTransport({ serialise: true }), payload)
    expect(record.payload).toEqual(payload)
    expect(record.payload).not.toBe(payload)
  })

  it('refuses in send what JSON cannot carry, where it is told to serialise', async () => {
    const [near] = await linked(createMemoryTransport({ serialise: true }), 'a#1', 'b#1')
    expect(() => near.send(envelope(1, 1n))).toThrow('PAYLOAD_INVALID')
  })

  it('refuses a second listener of a link', async () => {
    const [near] = await linked(createMemoryTransport(), 'a#1', 'b#1')
    heardBy(near)
    expect(() => heardBy(near)).toThrow(new TypeError('The link of a#1 to b#1 is listened to already'))
  })

  it('closes an end that nobody listens to, but waits for its peer to listen', async () => {
    const [near, far] = await linked(createMemoryTransport(), 'a#1', 'b#1')
    sendAll(near, [1])
    const order: string[] = []
    const closed = near.close().then(() => order.push('closed'))
    await turns(3)
    order.push('listen')
    const heard = heardBy(far)
    await closed
    expect([order, heard]).toEqual([
      ['listen', 'closed'],
      [1, 'closed'],
    ])
  })

  it('closes as a whole without waiting for those who never listened; who listens later hears closed', async () => {
    const transport = createMemoryTransport()
    const [near, far] = await linked(transport, 'a#1', 'b#1')
    sendAll(near, [1])
    await Promise.all([transport.close(), transport.close()])
    const heard = [heardBy(near), heardBy(far)]
    await turns(3)
    expect(heard).toEqual([['closed'], ['closed']])
  })

  it('keeps its slots from those of another transport', async () => {
    await createMemoryTransport().listen('b#1', () => undefined)
    await expect(createMemoryTransport().dial('a#1', endpointOf('b#1'), noDeadline())).rejects.toThrow(
      'HANDOFF_TRANSPORT: slot a#1 cannot be linked to b#1, because nobody listens there; start the worker of that slot first',
    )
  })

  it('opens a slot once', async () => {
    const transport = createMemoryTransport()
    const accept = () => undefined
    const first = await transport.listen('b#1', accept)
    await expect(transport.listen('b#1', () => undefined)).rejects.toEqual(
      new MillraceError(
        'HANDOFF_TRANSPORT',
        'slot b#1 cannot be opened, because it is open already; close its listener first',
      ),
    )
    await first.close()
    const second = await transport.listen('b#1', accept)
    // The first listener is not the one that is open now.
    await first.close()
    await expect(transport.listen('b#1', () => undefined)).rejects.toThrow('because it is open already')
    expect(second.endpoint).toEqual({ slot: 'b#1', address: 'memory:b#1' })
  })

  it('leaves the links of a slot alone when its listener closes', async () => {
    const [near, far] = await linked(createMemoryTransport(), 'a#1', 'b#1')
    const heard = heardBy(far)
    sendAll(near, [1])
    await turns(3)
    expect(heard).toEqual([1])
  })

  it('links two slots once, also when both dial', async () => {
    const transport = createMemoryTransport()
    await transport.listen('a#1', () => undefined)
    await transport.listen('b#1', () => undefined)
    const dials = [
      transport.dial('a#1', endpointOf('b#1'), noDeadline()),
      transport.dial('b#1', endpointOf('a#1'), noDeadline()),
    ]
    const ends = await Promise.allSettled(dials)
    expect(ends.map((end) => (end.status === 'rejected' ? String(end.reason.message) : 'linked'))).toEqual([
      'linked',
      'HANDOFF_TRANSPORT: slot b#1 cannot be linked to a#1, because they have a link already; use that one',
    ])
  })

  it('never accepts inside dial', async () => {
    const transport = createMemoryTransport()
    const order: string[] = []
    const { endpoint } = await transport.listen('b#1', () => void order.push('accepted'))
    const dialled = transport.dial('a#1', endpoint, noDeadline())
    order.push('dialled')
    await dialled
    expect(order).toEqual(['dialled', 'accepted'])
  })

  it('gives up a link that its listener fails to accept', async () => {
    const transport = createMemoryTransport()
    const refusing = await transport.listen('b#1', () => {
      throw new Error('no room')
    })
    const error = await transport.dial('a#1', refusing.endpoint, noDeadline()).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      message:
        'HANDOFF_TRANSPORT: slot a#1 cannot be linked to b#1, because it failed to accept the link; the cause says why',
      facts: { from: 'a#1', slot: 'b#1' },
      cause: new Error('no room'),
    })
    await refusing.close()
    await expect(linked(transport, 'a#1', 'b#1')).resolves.toHaveLength(2)
  })

  it('links two slots again only when both ends have heard the end of the last link', async () => {
    const manual = createManualSchedule()
    const transport = createMemoryTransport(manual)
    const [near, far] = await linked(transport, 'a#1', 'b#1')
    const order: string[] = []
    near.listen({ record: () => undefined, end: () => void order.push('a#1 hears the end') })
    far.listen({ record: () => undefined, end: () => void order.push('b#1 hears the end') })
    await transport.listen('b#1', () => void order.push('b#1 accepts'))
    transport.sever('a#1', 'b#1')
    const dialled = transport.dial('a#1', endpointOf('b#1'), noDeadline())
    await turns(3)
    manual.runOne(1)
    await turns(3)
    manual.runOne()
    await dialled
    expect(order).toEqual(['b#1 hears the end', 'a#1 hears the end', 'b#1 accepts'])
  })

  it('gives one of two dials the next link', async () => {
    const manual = createManualSchedule()
    const transport = createMemoryTransport(manual)
    const [near] = await linked(transport, 'a#1', 'b#1')
    heardBy(near)
    await transport.listen('b#1', () => undefined)
    transport.sever('a#1', 'b#1')
    const dials = [1, 2].map(() => transport.dial('a#1', endpointOf('b#1'), noDeadline()))
    manual.runAll()
    const ends = await Promise.allSettled(dials)
    expect(ends.map((end) => end.status)).toEqual(['fulfilled', 'rejected'])
  })

  it('gives up a dial that waits for the end of the last link when its signal aborts', async () => {
    const transport = createMemoryTransport()
    const [near] = await linked(transport, 'a#1', 'b#1')
    void near.close()
    const giveUp = new AbortController()
    const dialled = transport.dial('a#1', endpointOf('b#1'), giveUp.signal)
    giveUp.abort()
    await expect(dialled).rejects.toThrow(
      'HANDOFF_TRANSPORT: slot a#1 cannot be linked to b#1, because the dial was given up',
    )
  })
})

describe('MemoryTransport.sever', () => {
  it('loses what was not yet handed over, and both ends hear lost', async () => {
    const manual = createManualSchedule()
    const transport = createMemoryTransport(manual)
    const [near, far] = await linked(transport, 'a#1', 'b#1')
    const heard = [heardBy(near), heardBy(far)]
    sendAll(near, [1, 2])
    manual.runAll()
    sendAll(near, [3])
    sendAll(far, [4])
    expect(transport.sever('b#1', 'a#1')).toBe(true)
    sendAll(near, [5])
    manual.runAll()
    expect(heard).toEqual([['lost'], [1, 2, 'lost']])
  })

  it('says when there was no link to lose', () => {
    expect(createMemoryTransport().sever('a#1', 'b#1')).toBe(false)
  })

  it('turns a close that is under way into a loss, and the close still ends', async () => {
    const manual = createManualSchedule()
    const transport = createMemoryTransport(manual)
    const [near, far] = await linked(transport, 'a#1', 'b#1')
    const heard = [heardBy(near), heardBy(far)]
    sendAll(near, [1])
    const closed = near.close()
    transport.sever('a#1', 'b#1')
    manual.runAll()
    await closed
    expect(heard).toEqual([['lost'], ['lost']])
  })
})

describe('MemoryTransport.crash', () => {
  it('lets a slot hear nothing more, and its peers hear lost', async () => {
    const manual = createManualSchedule()
    const transport = createMemoryTransport(manual)
    const [near, dead] = await linked(transport, 'a#1', 'b#1')
    const [alsoDead, far] = await linked(transport, 'b#1', 'c#1')
    const [other] = await linked(transport, 'a#1', 'c#1')
    const heard = [near, dead, alsoDead, far, other].map((link) => heardBy(link))
    sendAll(near, [1])
    sendAll(dead, [2])
    sendAll(alsoDead, [3])
    transport.crash('b#1')
    sendAll(dead, [4])
    sendAll(near, [5])
    manual.runAll()
    expect(heard).toEqual([['lost'], [], [], ['lost'], []])
  })

  it('makes room for a replacement', async () => {
    const transport = createMemoryTransport()
    const accepted: Link[] = []
    await transport.listen('b#1', (link) => accepted.push(link))
    const first = await transport.dial('a#1', endpointOf('b#1'), noDeadline())
    const firstHeard = heardBy(first)
    transport.crash('b#1')
    await expect(transport.dial('c#1', endpointOf('b#1'), noDeadline())).rejects.toThrow('because nobody listens there')
    await transport.listen('b#1', (link) => accepted.push(link))
    const second = await transport.dial('a#1', endpointOf('b#1'), noDeadline())
    const secondHeard = accepted.slice(1).map((link) => heardBy(link))
    sendAll(first, [1])
    sendAll(second, [2])
    await turns(3)
    expect([firstHeard, secondHeard]).toEqual([['lost'], [[2]]])
  })
})

function sendAll(link: Link, tickets: readonly number[]): void {
  for (const ticket of tickets) link.send(envelope(ticket))
}

/** What arrives of one envelope. */
async function carried(transport: ReturnType<typeof createMemoryTransport>, payload: unknown) {
  const [near, far] = await linked(transport, 'a#1', 'b#1')
  near.send(envelope(1, payload))
  return await new Promise<ReturnType<typeof envelope>>((resolve, reject) =>
    far.listen({ record: (record) => (record.kind === 'envelope' ? resolve(record) : reject(record)), end: reject }),
  )
}

/** Lets the event loop turn. */
async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await new Promise((resolve) => setImmediate(resolve))
}
