import { describe, expect, it } from '@jest/globals'
import { createEventEmitter, type Link } from '@millrace/contracts'
import { createMemoryTransport } from '@millrace/transport-memory'
import { Connector } from './connector.js'

/** A connector of a slot with one peer, to which there is no link. */
function made(): Connector {
  return new Connector({
    place: { slot: 'app#1', group: 0, incarnation: 1 },
    peers: ['one#1'],
    transport: createMemoryTransport(),
    events: createEventEmitter(),
    opened: (link: Link) => void link,
    gone: () => undefined,
  })
}

const givenUp = { code: 'SHUTTING_DOWN' }

describe('Connector', () => {
  it('lets nobody wait for links that are given up', async () => {
    const connector = made()
    const ready = connector.ready()
    connector.giveUp()
    await expect(ready).rejects.toMatchObject(givenUp)
  })

  it('lets nobody begin to wait for them afterwards', async () => {
    const connector = made()
    connector.giveUp()
    await expect(connector.ready()).rejects.toMatchObject(givenUp)
  })
})
