/** Listens as far#1 and sends every record back; tells its memory when it is asked. */
import { peerOptions } from '@millrace/link-tests/test-keys'
import { createTcpTransport } from '@millrace/transport-tcp-secure'

const transport = createTcpTransport(peerOptions())
const { endpoint } = await transport.listen('far#1', (link) =>
  link.listen({ record: (record) => link.send(record), end: () => undefined }),
)
process.on('message', (message) => {
  if (message === 'memory') process.send?.({ said: 'memory', rssBytes: process.memoryUsage.rss() })
  if (message === 'close') void transport.close().then(() => process.disconnect())
})
process.send?.({ said: 'ready', address: endpoint.address })
