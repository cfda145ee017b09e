import { describe, expect, it } from '@jest/globals'
import { createEventEmitter, defineMessage, defineNode, MillraceError } from '@millrace/contracts'
import { createMemoryTransport } from '@millrace/transport-memory'
import { Type } from 'typebox'
import { preflight } from '../preflight/preflight.js'
import { Mesh } from './mesh.js'

const Ask = defineMessage('mesh.ask', Type.Object({}))
const node = defineNode({ name: 'only', consumes: Ask, handle: () => undefined })

/** That of the one worker of an application, which has no part of the graph yet. */
async function meshAlone(): Promise<Mesh> {
  const platform = {
    bootstrap: { mode: 'process_supervisor' },
    execution_ipc: {},
    process_groups: [{ name: 'one', nodes: ['only'] }],
  }
  const { plan } = await preflight({
    nodes: [node],
    embedded: true,
    packages: false,
    config: { version: 1, scenario: { name: 'mesh' }, runtime: { platform } } as never, // what is left out has a default
  })
  return new Mesh({
    plan,
    run: 'mesh',
    place: { slot: 'one#1', group: 0, incarnation: 1 },
    peers: ['@app#1'],
    transport: createMemoryTransport(),
    events: createEventEmitter(),
    clock: () => performance.now(),
    tracing: undefined,
    maxInFlight: 16,
    ledger: undefined,
  })
}

describe('Mesh', () => {
  it('PROC-03 is vacated and closed also before it has a part of the graph', async () => {
    const mesh = await meshAlone()
    await mesh.listen()
    mesh.vacate()
    await mesh.close(new MillraceError('SHUTTING_DOWN', 'another takes the slot'))
    expect(mesh.remaining()).toBe(0)
  })
})
