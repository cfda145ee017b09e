import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { MillraceError, MillraceEvent } from '@millrace/contracts'
import { sourceFlags } from '@millrace/from-source'
import { createRuntime } from '../src/create-runtime.js'
import type { Runtime } from '../src/runtime/runtime.js'
import { eventually } from './eventually.js'
import { Ask, Done, type Stuck } from './fixtures/deadlines/nodes.js'

describe('a deadline that passes in three worker processes', () => {
  const events: MillraceEvent[] = []
  let runtime: Runtime

  const ask = (at: string, how: Stuck['how'], timeoutMs = 60) =>
    runtime.request(Ask, { at, how }, { expect: Done, timeoutMs })

  /** Asks until the failure names a group: who has the request is waited for 100 ms, which a busy machine may not give it. */
  async function whoHasIt(at: string, how: Stuck['how'], group: string): Promise<unknown> {
    for (let left = 20; ; left -= 1) {
      const error = await ask(at, how).then(String, (thrown: MillraceError) => thrown)
      if (left === 0 || typeof error === 'string' || error.facts.group === group) return error
    }
  }

  beforeAll(async () => {
    const config = fileURLToPath(new URL('fixtures/deadlines/app.yml', import.meta.url))
    runtime = await createRuntime({ config, workerFlags: sourceFlags })
    runtime.subscribe((event) => void events.push(event))
    await runtime.start()
    await ask('nobody', 'waits', 30_000) // every link is open
  })

  afterAll(async () => {
    await runtime.stop()
  })

  it.each([
    ['first', 'one'],
    ['second', 'two'],
    ['third', 'three'],
  ])('REPLY-02 HANDOFF-04 while %s works is REPLY_TIMEOUT and names group %s', async (at, group) => {
    const named = await whoHasIt(at, 'waits', group)
    expect(named).toMatchObject({ code: 'REPLY_TIMEOUT', facts: { group, timeoutMs: 60 } })
    const told = events.filter(({ name }) => name === 'request.timeout').at(-1)
    expect(told).toMatchObject({ facts: { group, timeoutMs: 60 } })
    await eventually(() => runtime.counters().inFlight === 0) // what kept it has let go
  })

  it('HANDOFF-04 names the group where it waits for a free place', async () => {
    const [before, behind] = await Promise.allSettled([ask('third', 'waits', 2000), ask('third', 'waits', 200)])
    expect([before, behind]).toMatchObject([
      { reason: { code: 'REPLY_TIMEOUT', facts: { group: 'three', timeoutMs: 2000 } } },
      { reason: { code: 'REPLY_TIMEOUT', facts: { group: 'three', timeoutMs: 200 } } },
    ])
  })

  it('HANDOFF-04 names the group whose handler waits for a request of its own', async () => {
    expect(await whoHasIt('first', 'asks', 'one')).toMatchObject({ code: 'REPLY_TIMEOUT', facts: { group: 'one' } })
  })

  it('HANDOFF-04 names the group that should have answered when the one at work cannot say so', async () => {
    await expect(ask('second', 'blocks')).rejects.toMatchObject({ code: 'REPLY_TIMEOUT', facts: { group: 'three' } })
    await ask('nobody', 'waits', 30_000)
  })
})
