import { describe, expect, it } from '@jest/globals'
import type { Endpoint } from '@millrace/contracts'
import { envelope, hear, ticketsOf } from '@millrace/link-tests'
import { openTransport } from './open-transport.js'
import { runProgram } from './run-program.js'

interface Report {
  readonly rssBytes: number
  readonly links: number
  readonly refusals: Readonly<Record<string, number>>
}

const allowedGrowthBytes = 128 * 2 ** 20

describe('a worker that is attacked', () => {
  it('SEC-IPC-10 refuses every hostile peer, keeps its memory, and serves its honest peer meanwhile', async () => {
    const worker = runProgram('echoes')
    const near = openTransport()
    const endpoint = (await worker.says('where it listens')) as Endpoint
    const link = await near.dial('near#1', endpoint, AbortSignal.timeout(20_000))
    let attacked = true
    let sent = 0
    // The next envelope leaves when the last has come back, so the link is in use as long as the attack lasts.
    const heard = hear(link, () => {
      if (attacked || sent < 5000) link.send(envelope(++sent))
    })
    link.send(envelope(++sent))
    await heard.count(2000)
    worker.tell('report')
    const before = (await worker.says('its memory')) as Report
    const attacker = runProgram('attacks', endpoint.address)
    expect(await attacker.says('that it has done all')).toEqual({
      silent: 50,
      halfOfAGreeting: 50,
      endless: 20,
      flooding: 20,
      lying: 50,
    })
    worker.tell('report')
    const after = (await worker.says('its memory')) as Report
    attacked = false
    expect(after.rssBytes - before.rssBytes).toBeLessThan(allowedGrowthBytes)
    expect(after.links).toBe(1)
    expect(Object.values(after.refusals).reduce((sum, count) => sum + count, 0)).toBe(70)
    const answered = heard.records.length
    await heard.count(answered + 1)
    await near.close()
    expect(await heard.ended()).toBe('closed')
    expect(ticketsOf(heard.records)).toEqual(Array.from({ length: heard.records.length }, (_, index) => index + 1))
    worker.tell('close')
    expect([await worker.exited(), await attacker.exited()]).toEqual([0, 0])
  })
})
