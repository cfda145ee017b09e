import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { ErrorCode } from '@millrace/contracts'
import { envelope, hear, lyingHello, secretForms, ticketsOf, within } from '@millrace/link-tests'
import { type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import type { EntryHead, InboxEntry } from '../src/carrier/inbox-entry.js'
import { type Attacked, withAttacked } from './attacked.js'

let server: RedisServer

const attacked = (use: (attacked: Attacked) => Promise<void>): Promise<void> => withAttacked(server.url, use)

/** The last entry of the link that near#1 has dialled, which its acceptor has taken. */
async function lastTaken({ near, far, attacker }: Attacked): Promise<InboxEntry> {
  near.link.send(envelope(1))
  await far.heard.count(1)
  const entry = (await attacker.entries(far.inbox)).at(-1)
  if (entry === undefined) throw new Error('nothing stands in the inbox of far#1')
  return entry
}

function next(head: EntryHead): EntryHead {
  return { to: head.to, number: head.number + 1, read: head.read, kind: 'data' }
}

/** After an attack: the link is lost on both sides, and the reason is known where it was attacked. */
async function refusedWith(code: ErrorCode, { near, far }: Attacked, at: 'near' | 'far' = 'far'): Promise<void> {
  expect([await far.heard.ended(), await near.heard.ended()]).toEqual(['lost', 'lost'])
  const [victim, peer] = at === 'far' ? [far, 'near#1'] : [near, 'far#1']
  expect(victim.transport.refusals()).toEqual({ [code]: 1 })
  expect(victim.events.filter(({ name }) => name === 'security.refused').map(({ facts }) => facts)).toEqual([
    { code, peer },
  ])
  expect(ticketsOf(far.heard.records)).toEqual([1])
}

redisTests(describe)('somebody who can write into Redis', () => {
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())

  it('SEC-IPC-14 copies an entry that was taken: SEC_REPLAY', async () => {
    await attacked(async (link) => {
      const { head, data } = await lastTaken(link)
      await link.attacker.post(link.far.inbox, head, data)
      await refusedWith('SEC_REPLAY', link)
    })
  })

  it('SEC-IPC-14 copies it under the next number: SEC_REPLAY', async () => {
    await attacked(async (link) => {
      const { head, data } = await lastTaken(link)
      await link.attacker.post(link.far.inbox, next(head), data)
      await refusedWith('SEC_REPLAY', link)
    })
  })

  it('SEC-IPC-14 moves an entry to another stream: SEC_SIGNATURE_INVALID', async () => {
    await attacked(async (link) => {
      const { data } = await lastTaken(link)
      const back = (await link.attacker.entries(link.near.inbox)).at(-1)
      if (back === undefined) throw new Error('nothing stands in the inbox of near#1')
      await link.attacker.post(link.near.inbox, next(back.head), data)
      await refusedWith('SEC_SIGNATURE_INVALID', link, 'near')
    })
  })

  it('SEC-IPC-14 moves an entry to another link: SEC_SIGNATURE_INVALID, and where it was it is missed', async () => {
    await attacked(async (link) => {
      const { head } = await lastTaken(link)
      const other = await link.far.transport.listen('far#2', (accepted) => void hear(accepted))
      const dialled = hear(await link.near.transport.dial('near#1', other.endpoint, AbortSignal.timeout(20_000)))
      const moved = (await link.attacker.entries(link.far.inbox)).at(-1)
      if (moved === undefined) throw new Error('nothing stands in the inbox of far#2')
      await link.attacker.post(link.far.inbox, next(head), moved.data)
      await refusedWith('SEC_SIGNATURE_INVALID', link)
      await link.attacker.post(link.far.inbox, { ...next(moved.head), number: moved.head.number + 2 }, [])
      expect(await dialled.ended()).toBe('lost')
    })
  })

  it('SEC-IPC-14 cuts connections: what was taken and not deleted is taken once', async () => {
    await attacked(async (link) => {
      await lastTaken(link)
      expect((await link.attacker.entries(link.far.inbox)).length).toBeGreaterThan(1)
      for (let ticket = 2; ticket <= 1000; ticket++) {
        link.near.link.send(envelope(ticket))
        if (ticket % 250 === 0) {
          await link.far.heard.count(ticket - 100)
          await link.attacker.client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
        }
      }
      await link.far.heard.count(1000)
      expect(ticketsOf(link.far.heard.records)).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1))
      expect(link.far.transport.refusals()).toEqual({})
    })
  })

  it.each([
    ['SEC-IPC-05', 'a frame that declares more than is allowed', Buffer.alloc(64, 127), 'SEC_FRAME_TOO_LARGE'],
    ['SEC-IPC-02', 'noise', Buffer.alloc(200, 'GET / HTTP/1.1\r\n'), 'SEC_FRAME_TOO_LARGE'],
    ['SEC-IPC-02', 'zeros', Buffer.alloc(64), 'SEC_FRAME_MALFORMED'],
  ] as const)('%s writes %s: the link is lost and nothing is delivered', async (_case, _what, bytes, code) => {
    await attacked(async (link) => {
      const { head } = await lastTaken(link)
      await link.attacker.post(link.far.inbox, next(head), [bytes])
      await refusedWith(code, link)
    })
  })

  it('SEC-IPC-02 changes a frame: SEC_SIGNATURE_INVALID', async () => {
    await attacked(async (link) => {
      const { head, data } = await lastTaken(link)
      const forged = Buffer.concat(data)
      forged.writeBigUInt64BE(forged.readBigUInt64BE(24) + 1n, 24)
      await link.attacker.post(link.far.inbox, next(head), [forged])
      await refusedWith('SEC_SIGNATURE_INVALID', link)
    })
  })

  it('SEC-IPC-02 grants what was never sent: SEC_FRAME_MALFORMED', async () => {
    await attacked(async (link) => {
      const { head } = await lastTaken(link)
      await link.attacker.post(link.far.inbox, { ...next(head), read: 999_999_999 }, [])
      await refusedWith('SEC_FRAME_MALFORMED', link)
    })
  })

  it.each([
    ['a number that leaves one out', (head: EntryHead) => ({ ...next(head), number: head.number + 2 })],
    ['that it is lost', (head: EntryHead): EntryHead => ({ to: head.to, number: 0, read: 0, kind: 'lost' })],
    ['that nothing follows', (head: EntryHead): EntryHead => ({ ...next(head), kind: 'close' })],
  ])('can do no more than cut a link by writing %s', async (_what, headAfter) => {
    await attacked(async (link) => {
      const { head } = await lastTaken(link)
      await link.attacker.post(link.far.inbox, headAfter(head), [])
      expect([await link.far.heard.ended(), await link.near.heard.ended()]).toEqual(['lost', 'lost'])
      expect(link.far.transport.refusals()).toEqual({})
    })
  })

  it('SEC-IPC-02 writes what is no entry: it is told, and every link lives on', async () => {
    const id = randomBytes(16).toString('base64url')
    const garbage: readonly (readonly (string | Buffer)[])[] = [
      ['x', 'y'],
      ['h', 'garbage'],
      ['h', `>${id} 1 0 data`, 'e', 'x'],
      ['h', `>${id} -1 0 data`],
      ['h', `>${id} 1 0 open inbox %ff`],
      ['h', `>${id} 1 0 open ${'x'.repeat(5000)} far#1`],
      ['h', randomBytes(100), 'd', randomBytes(100)],
    ]
    await attacked(async (link) => {
      await lastTaken(link)
      for (const fields of garbage) await link.attacker.write(link.far.inbox, fields)
      // For nobody: its sender was told already.
      await link.attacker.write(link.far.inbox, ['h', `>${id} 7 0 data`, 'd', randomBytes(100)])
      link.near.link.send(envelope(2))
      await link.far.heard.count(2)
      const told = link.far.events.filter(({ name }) => name === 'security.refused').map(({ facts }) => facts)
      expect(told).toEqual(garbage.map(() => ({ code: 'SEC_FRAME_MALFORMED' })))
    })
  })

  it('SEC-IPC-04 writes a recorded opening again: SEC_REPLAY, nothing is opened, and it is told so', async () => {
    await attacked(async (link) => {
      link.near.link.send(envelope(1))
      await link.far.heard.count(1)
      const [opening, ...more] = await link.attacker.entries(link.far.inbox)
      if (opening?.head.kind !== 'open') throw new Error('the first entry opens no connection')
      const to = `>${randomBytes(16).toString('base64url')}`
      await link.attacker.post(link.far.inbox, { ...opening.head, to }, opening.data)
      for (const entry of more) await link.attacker.post(link.far.inbox, { ...entry.head, to }, entry.data)
      link.near.link.send(envelope(2))
      await link.far.heard.count(2)
      expect(link.far.transport.refusals()).toEqual({ SEC_REPLAY: 1 })
      expect(link.far.events.filter(({ name }) => name === 'link.opened')).toHaveLength(1)
    })
  })

  it('SEC-IPC-02 opens a connection with a hello that nobody has signed: it is refused, and told so', async () => {
    await attacked(async (link) => {
      await link.attacker.client.sendCommand(['XADD', '{tests}:in:stranger', '*', 'h', ''])
      const to = `>${randomBytes(16).toString('base64url')}`
      const head: EntryHead = { to, number: 1, read: 0, kind: 'open', inbox: 'stranger', slot: 'far#1' }
      const answer = link.attacker.client.sendCommand([
        'XREAD',
        'BLOCK',
        '20000',
        'STREAMS',
        '{tests}:in:stranger',
        '$',
      ])
      const writer = await link.attacker.client.duplicate().connect()
      const hello = lyingHello()
      await writer.sendCommand(['XADD', link.far.inbox, '*', 'h', headOf(head), 'd', hello])
      expect(JSON.stringify(await within('the answer', answer))).toContain(`<${to.slice(1)} 0 0 lost`)
      writer.destroy()
      expect(link.far.transport.refusals()).toEqual({ SEC_SIGNATURE_INVALID: 1 })
      await link.attacker.client.del('{tests}:in:stranger')
    })
  })

  it('SEC-IPC-08 learns no secret from what is said about it', async () => {
    await attacked(async (link) => {
      const { head, data } = await lastTaken(link)
      await link.attacker.post(link.far.inbox, head, data)
      await refusedWith('SEC_REPLAY', link)
      const ends = [link.near, link.far].map(({ transport, link: end, events }) => ({ transport, end, events }))
      const said = `${inspect(ends, { depth: 20, showHidden: true, maxArrayLength: null })}${JSON.stringify(ends)}`
      expect(said).toContain('SEC_REPLAY')
      expect(secretForms().filter((form) => said.includes(form))).toEqual([])
    })
  })
})

function headOf(head: EntryHead & { readonly kind: 'open' }): string {
  return `${head.to} ${head.number} ${head.read} open ${head.inbox} ${encodeURIComponent(head.slot)}`
}
