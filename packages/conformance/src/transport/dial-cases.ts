import assert from 'node:assert/strict'
import type { Endpoint } from '@millrace/contracts'
import { assertSame } from '../assert-same.js'
import { failsWith } from '../fails-with.js'
import type { TransportCase, TransportWorld } from './transport-world.js'

const title = (behaviour: string): string => `CONF-01 dial: ${behaviour}`

/** A dial ends in time, with a link or with a reason. */
export const dialCases: readonly TransportCase[] = [
  {
    title: title('where nobody listens it fails with HANDOFF_TRANSPORT, names the slot and keeps its deadline'),
    async run(world) {
      const gone = await closedEndpoint(world)
      const error = await world.soon(
        'giving up the dial',
        failsWith('HANDOFF_TRANSPORT', 'dialling a slot that nobody listens on', () =>
          world.transports.dialling.dial('near#1', gone, AbortSignal.timeout(world.settings.patienceMs / 2)),
        ),
      )
      assert.ok(error.message.includes('gone#1'), `the message must name the slot (got '${error.message}')`)
    },
  },
  {
    title: title('one that was given up before it began opens nothing'),
    async run(world) {
      let links = 0
      const { endpoint } = await world.transports.listening.listen('far#1', () => links++)
      await world.soon(
        'giving up the dial',
        failsWith('HANDOFF_TRANSPORT', 'a dial with an aborted signal', () =>
          world.transports.dialling.dial('near#1', endpoint, AbortSignal.abort()),
        ),
      )
      await world.link('near#2', 'far#2')
      assertSame('how many links were accepted', links, 0)
    },
  },
  {
    title: title('a closed transport refuses to dial and to listen'),
    async run(world) {
      const { dialling, listening } = world.transports
      const { endpoint } = await listening.listen('far#1', () => undefined)
      await world.close()
      await failsWith('HANDOFF_TRANSPORT', 'dialling after close', () =>
        dialling.dial('near#1', endpoint, world.deadline()),
      )
      await failsWith('HANDOFF_TRANSPORT', 'listening after close', () => listening.listen('far#2', () => undefined))
    },
  },
]

/** Only a transport knows what an address looks like, so one that was real is used after its listener has closed. */
async function closedEndpoint(world: TransportWorld): Promise<Endpoint> {
  const listener = await world.transports.listening.listen('gone#1', () => undefined)
  await world.soon('closing the listener', listener.close())
  return listener.endpoint
}
