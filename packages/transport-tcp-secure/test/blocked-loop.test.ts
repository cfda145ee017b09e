import { describe, expect, it } from '@jest/globals'
import { isMillraceError, type Link, type LinkRecord } from '@millrace/contracts'
import { envelope, type Heard, hear, ticketsOf, within } from '@millrace/link-tests'
import { systemClock, type WireClock } from '@millrace/wire'
import { withAttackedLink } from './attacked-link.js'
import { openTransport } from './open-transport.js'
import { runProgram } from './run-program.js'

/** Blocks this thread, sockets and timers included, as a handler does that computes for long. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function ageOf(record: LinkRecord): number {
  const payload = record.kind === 'envelope' ? (record.payload as { at: number }) : { at: Number.NaN } // as the fixture sends it
  return Date.now() - payload.at
}

describe('a receiver whose event loop is blocked for longer than the ttl', () => {
  it.each([
    ['small records', 400, '0'],
    ['more than the sockets hold, so that batches wait in the memory of their sender', 200, '200000'],
  ])('BLOCKED-LOOP-01 accepts what waited meanwhile: %s', async (_what, count, payloadBytes) => {
    const ttlMs = 400
    const far = openTransport({ ttlMs })
    const ages: number[] = []
    const accepted = new Promise<{ link: Link; heard: Heard }>((resolve) => {
      void far
        .listen('far#1', (link) => resolve({ link, heard: hear(link, (record) => ages.push(ageOf(record))) }))
        .then(({ endpoint }) =>
          runProgram('sends-steadily', endpoint.address, String(count), '5', payloadBytes, String(ttlMs)),
        )
    })
    const { heard } = await within('the other process dialling', accepted, 40_000)
    for (let blocks = 1; blocks <= 2; blocks++) {
      await heard.count(blocks * 20)
      block(4 * ttlMs)
    }
    expect(await heard.ended()).toBe('closed')
    expect(ticketsOf(heard.records)).toEqual(Array.from({ length: count }, (_, index) => index + 1))
    expect(Math.max(...ages)).toBeGreaterThan(ttlMs)
    expect(far.refusals()).toEqual({})
    await far.close()
  })
})

describe('a frame that somebody keeps back', () => {
  const ttlMs = 200

  it('SEC-IPC-03 is SEC_EXPIRED, although its socket was idle and its loop turned', async () => {
    let kept = false
    await withAttackedLink(
      {
        far: { ttlMs },
        filter(chunk, toward, connection) {
          if (!kept || toward === 'dialler') return chunk
          setTimeout(() => connection.inject(toward, chunk), 3 * ttlMs)
          return undefined
        },
      },
      async ({ near, far }) => {
        near.link.send(envelope(1))
        await far.heard.count(1)
        kept = true
        near.link.send(envelope(2))
        expect([await far.heard.ended(), await near.heard.ended()]).toEqual(['lost', 'lost'])
        expect(far.transport.refusals()).toEqual({ SEC_EXPIRED: 1 })
        expect(far.heard.records).toHaveLength(1)
      },
    )
  })

  it('BLOCKED-LOOP-01 is accepted when its beginning came in time: its sender was the slow one', async () => {
    let torn = false
    await withAttackedLink(
      {
        far: { ttlMs },
        filter(chunk, toward, connection) {
          if (!torn || toward === 'dialler') return chunk
          setTimeout(() => connection.inject(toward, chunk.subarray(50)), 3 * ttlMs)
          return chunk.subarray(0, 50)
        },
      },
      async ({ near, far }) => {
        torn = true
        near.link.send(envelope(1))
        await far.heard.count(1)
        expect(far.transport.refusals()).toEqual({})
      },
    )
  })
})

describe('a wall clock that jumps', () => {
  it.each([
    ['forwards', 7_200_000],
    ['back', -7_200_000],
  ])('BLOCKED-LOOP-01 two hours %s breaks no link, and no later dial', async (_where, jumpMs) => {
    let jumped = 0
    const clock: WireClock = { wall: () => Date.now() + jumped, monotonic: () => systemClock.monotonic() }
    await withAttackedLink({ near: { clock }, far: { clock } }, async ({ near, far, proxy }) => {
      near.link.send(envelope(1))
      await far.heard.count(1)
      jumped = jumpMs
      near.link.send(envelope(2))
      far.link.send(envelope(3))
      await Promise.all([far.heard.count(2), near.heard.count(1)])
      await near.transport.dial('near#2', proxy.endpoint, AbortSignal.timeout(10_000))
      expect([near.transport.refusals(), far.transport.refusals()]).toEqual([{}, {}])
    })
  })

  it('BLOCKED-LOOP-01 on one side only breaks no link either, but a dial between two clocks fails', async () => {
    let jumped = 0
    const clock: WireClock = { wall: () => Date.now() + jumped, monotonic: () => systemClock.monotonic() }
    await withAttackedLink({ near: { clock } }, async ({ near, far, proxy }) => {
      jumped = 7_200_000
      near.link.send(envelope(1))
      far.link.send(envelope(2))
      await Promise.all([far.heard.count(1), near.heard.count(1)])
      const dial = near.transport.dial('near#2', proxy.endpoint, AbortSignal.timeout(10_000))
      expect(await dial.catch((error: unknown) => isMillraceError(error) && error.code)).toBe('HANDOFF_TRANSPORT')
      expect(far.transport.refusals()).toEqual({ SEC_EXPIRED: 1 })
    })
  })
})
