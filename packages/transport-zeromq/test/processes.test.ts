import { describe, expect, it } from '@jest/globals'
import type { Endpoint, Link } from '@millrace/contracts'
import { envelope, type Heard, hear, type Program, ticketsOf, within } from '@millrace/link-tests'
import { openTransport } from './open-transport.js'
import { runProgram } from './run-program.js'

/** Blocks this thread, sockets and timers included, as a handler does that computes for long. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

describe('a peer in a process of its own', () => {
  it('that is killed is heard of at once where it was dialled, and its slot can be dialled again', async () => {
    const first = runProgram('echoes')
    const near = openTransport()
    const endpoint = (await first.says('where it listens')) as Endpoint
    const heard = hear(await near.dial('near#1', endpoint, AbortSignal.timeout(20_000)))
    first.kill()
    expect(await heard.ended()).toBe('lost')
    await expect(near.dial('near#1', endpoint, AbortSignal.timeout(20_000))).rejects.toThrow(
      'HANDOFF_TRANSPORT: slot near#1 cannot be linked to far#1, because nobody listens there',
    )
    const second = runProgram('echoes')
    const link = await near.dial(
      'near#1',
      (await second.says('where it listens')) as Endpoint,
      AbortSignal.timeout(20_000),
    )
    const again = hear(link)
    link.send(envelope(1))
    await again.count(1)
    await near.close()
    expect(await again.ended()).toBe('closed')
    second.tell('close')
    expect(await second.exited()).toBe(0)
  })

  it('that is killed is heard of at once where it has dialled, after a beginning of what it has sent', async () => {
    const far = openTransport()
    const accepted = new Promise<Heard>((resolve) => {
      void far
        .listen('far#1', (link) => resolve(hear(link)))
        .then(({ endpoint }) => programs.push(runProgram('sends-steadily', endpoint.address, '1000000', '1')))
    })
    const programs: Program[] = []
    const heard = await within('the other process dialling', accepted, 40_000)
    await heard.count(20)
    programs[0]?.kill()
    expect(await heard.ended()).toBe('lost')
    expect(ticketsOf(heard.records)).toEqual(Array.from({ length: heard.records.length }, (_, index) => index + 1))
    await far.close()
  })

  it('exits by itself when its transport is closed', async () => {
    const worker = runProgram('echoes')
    await worker.says('where it listens')
    worker.tell('close')
    expect(await worker.exited()).toBe(0)
  })
})

describe('a receiver whose event loop is blocked for longer than the ttl', () => {
  it.each([
    ['small records', 400, '0'],
    ['more than is granted, so that batches wait in the memory of their sender', 200, '200000'],
  ])('BLOCKED-LOOP-01 accepts what waited meanwhile: %s', async (_what, count, payloadBytes) => {
    const ttlMs = 400
    const far = openTransport({ ttlMs })
    const accepted = new Promise<{ link: Link; heard: Heard }>((resolve) => {
      void far
        .listen('far#1', (link) => resolve({ link, heard: hear(link) }))
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
    expect(far.refusals()).toEqual({})
    await far.close()
  })
})
