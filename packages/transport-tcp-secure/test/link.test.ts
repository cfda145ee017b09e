import { describe, expect, it } from '@jest/globals'
import type { Link, MillraceError } from '@millrace/contracts'
import { ack, envelope, hear, recorded, ticketsOf, within } from '@millrace/link-tests'
import { withAttackedLink } from './attacked-link.js'
import { openTransport } from './open-transport.js'
import { runProgram } from './run-program.js'

const unhindered = {}

describe('a link', () => {
  it('SEC-IPC-01 carries records of every kind with all their fields', async () => {
    const sent = [
      envelope(1, { text: 'é\u0000𝄞', list: [null, 1.5, true] }),
      { ...envelope(2), ticket: undefined, domain: undefined, remainingMs: undefined, trace: undefined },
      ack(7, 3),
      {
        kind: 'fail',
        origin: 'near#1.1:',
        root: 4,
        code: 'NODE_FAILED',
        position: [4, 1],
        facts: { node: 'price', attempts: 2 },
      },
      { kind: 'cancel', origin: 'near#1.1:', root: 5, code: 'REPLY_TIMEOUT' },
      { kind: 'mark', edge: -1, domain: 'near#1/1', position: [Number.MAX_SAFE_INTEGER] },
    ] as const
    await withAttackedLink(unhindered, async ({ near, far }) => {
      for (const record of sent) near.link.send(record)
      await far.heard.count(sent.length)
      expect(far.heard.records).toEqual(sent)
      expect(far.transport.refusals()).toEqual({})
    })
  })

  it('LINK-02 lets acknowledgements pass while both sides flood each other, and nothing blocks', async () => {
    const [count, large] = [150, 'x'.repeat(200_000)]
    await withAttackedLink(unhindered, async ({ near, far }) => {
      for (let ticket = 0; ticket < count; ticket++) {
        near.link.send(envelope(ticket, large))
        far.link.send(envelope(ticket, large))
        near.link.send(ack(ticket, ticket))
        far.link.send(ack(ticket, ticket))
      }
      await Promise.all([near.heard.count(2 * count), far.heard.count(2 * count)])
      const expected = Array.from({ length: 2 * count }, (_, index) => (index % 2 === 0 ? 'envelope' : 'ack'))
      expect(near.heard.records.map(({ kind }) => kind)).toEqual(expected)
      expect(far.heard.records.map(({ kind }) => kind)).toEqual(expected)
    })
  })

  it('throws in send what cannot be sent, and lives on', async () => {
    await withAttackedLink(unhindered, async ({ near, far }) => {
      expect(() => near.link.send(envelope(1, 'x'.repeat(2_000_000)))).toThrow('PAYLOAD_TOO_LARGE: ')
      expect(() => near.link.send(envelope(2, { n: 1n }))).toThrow('PAYLOAD_INVALID: ')
      near.link.send(envelope(3))
      await far.heard.count(1)
      expect(ticketsOf(far.heard.records)).toEqual([3])
    })
  })

  it('is listened to once', async () => {
    await withAttackedLink(unhindered, async ({ near }) => {
      expect(() => near.link.listen({ record: () => undefined, end: () => undefined })).toThrow(
        new TypeError('The link of near#1 to far#1 is listened to already'),
      )
    })
  })

  it.each([
    ['record', [1, 2, 3, 'closed'], 'closed'],
    ['end', [1, 2, 3, 'closed'], 'closed'],
    ['accept', [], 'lost'],
  ])('outlives what is thrown in %s, which is thrown again outside of it', async (where, heard, end) => {
    const program = runProgram('throws-when-called', where)
    expect(await program.says('how it ended')).toEqual({ heard, uncaught: [`broken in ${where}`], end })
    expect(await program.exited()).toBe(0)
  })

  it('tells when it is opened and closed, and each batch where that is wanted', async () => {
    const { emitter, events } = recorded()
    await withAttackedLink({ near: { events: emitter, batchEvents: true } }, async ({ near, far }) => {
      near.link.send(envelope(1))
      near.link.send(envelope(2))
      await far.heard.count(2)
      far.link.send(ack(2, 1))
      await near.heard.count(1)
      await near.link.close()
    })
    const ends = { local: 'near#1', peer: 'far#1' }
    expect(events.map(({ name, level, facts }) => [name, level, facts])).toEqual([
      ['link.opened', 'debug', ends],
      ['ipc.accepted', 'debug', { ...ends, direction: 'out', records: 2 }],
      ['ipc.accepted', 'debug', { ...ends, direction: 'in', records: 1 }],
      ['link.closed', 'debug', { ...ends, end: 'closed' }],
    ])
  })

  it('tells nothing of batches where nobody asked for it', async () => {
    await withAttackedLink(unhindered, async ({ near, far }) => {
      near.link.send(envelope(1))
      await far.heard.count(1)
      expect(near.events.map(({ name }) => name)).toEqual(['link.opened'])
    })
  })
})

describe('a transport that is closed', () => {
  it('waits for nobody who does not listen', async () => {
    const [near, far] = [openTransport(), openTransport()]
    const links: Link[] = []
    const { endpoint } = await far.listen('far#1', (link) => links.push(link))
    const heard = hear(await near.dial('near#1', endpoint, AbortSignal.timeout(10_000)))
    await within('closing', near.close(), 5000)
    expect(await heard.ended()).toBe('lost')
    await within('closing the other', far.close(), 5000)
  })

  it('hands over what it was sent, also when nobody listens on its own side', async () => {
    const [near, far] = [openTransport(), openTransport()]
    const accepted = new Promise<Link>((resolve) => void far.listen('far#1', resolve).then(dial))
    const dialled: Promise<Link>[] = []
    function dial({ endpoint }: { endpoint: { slot: string; address: string } }): void {
      dialled.push(near.dial('near#1', endpoint, AbortSignal.timeout(10_000)))
    }
    const heard = hear(await within('accepting', accepted))
    for (let ticket = 0; ticket < 100; ticket++) (await dialled[0])?.send(envelope(ticket, 'x'.repeat(100_000)))
    await within('closing', near.close())
    expect(await heard.ended()).toBe('closed')
    expect(heard.records).toHaveLength(100)
    await far.close()
  })

  it('fails the dials that are under way', async () => {
    const [near, far] = [openTransport(), openTransport()]
    const { endpoint } = await far.listen('far#1', () => undefined)
    const dial = near.dial('near#1', endpoint, AbortSignal.timeout(10_000))
    const failed = dial.then(
      () => 'it succeeded',
      (error: MillraceError) => error.code,
    )
    await near.close()
    expect(await failed).toBe('HANDOFF_TRANSPORT')
    await far.close()
  })
})

describe('a slot', () => {
  it('is opened once, and again when it was closed', async () => {
    const far = openTransport()
    const first = await far.listen('far#1', () => undefined)
    await expect(far.listen('far#1', () => undefined)).rejects.toThrow(
      'HANDOFF_TRANSPORT: slot far#1 cannot be opened, because it is open already; close its listener first',
    )
    await first.close()
    await first.close()
    const second = await far.listen('far#1', () => undefined)
    expect(second.endpoint.address).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/)
    await far.close()
  })

  it('is not opened on a port that another holds', async () => {
    const one = openTransport()
    const { endpoint } = await one.listen('far#1', () => undefined)
    const bindPort = Number(new URL(endpoint.address).port)
    const late = openTransport({ bindPort })
    await expect(late.listen('far#2', () => undefined)).rejects.toThrow(
      `HANDOFF_TRANSPORT: slot far#2 cannot be opened, because port ${bindPort} cannot be had`,
    )
    await Promise.all([one.close(), late.close()])
  })

  it('is not dialled at an address of another kind', async () => {
    const near = openTransport()
    const dial = near.dial('near#1', { slot: 'far#1', address: 'tcp://10.0.0.1:80' }, AbortSignal.timeout(10_000))
    await expect(dial).rejects.toThrow(
      'HANDOFF_TRANSPORT: slot near#1 cannot be linked to far#1, because "tcp://10.0.0.1:80" is no address of this transport',
    )
    await near.close()
  })
})
