import { createInterface } from 'node:readline'
import type { LinkTransport, LinkTransportOptions } from '@millrace/wire/links'
import { envelope } from './records.js'

/** Listens as far#1 and sends every record back; for each line it reads it tells its memory and what it has refused. */
export async function echo(transport: LinkTransport): Promise<void> {
  let links = 0
  const { endpoint } = await transport.listen('far#1', (link) => {
    links++
    link.listen({ record: (record) => link.send(record), end: () => void links-- })
  })
  console.log(JSON.stringify(endpoint))
  const lines = createInterface(process.stdin)
  lines.on('line', (line) => {
    if (line === 'close') return void transport.close().then(() => lines.close())
    globalThis.gc?.()
    console.log(JSON.stringify({ rssBytes: process.memoryUsage.rss(), links, refusals: transport.refusals() }))
  })
}

/**
 * Dials far#1 and sends it a number of envelopes, some milliseconds apart, whatever the other side does; then closes.
 *
 * @param args of the program: address, count, milliseconds between two, bytes of payload, ttl in milliseconds
 */
export async function sendSteadily(
  open: (options: Partial<LinkTransportOptions>) => LinkTransport,
  args: readonly string[],
): Promise<void> {
  const [address = '', count = '1', everyMs = '5', payloadBytes = '0', ttlMs = '30000'] = args
  const transport = open({ ttlMs: Number(ttlMs) })
  const link = await transport.dial('near#1', { slot: 'far#1', address }, AbortSignal.timeout(20_000))
  const text = 'x'.repeat(Number(payloadBytes))
  const ended = new Promise<string>((resolve) => link.listen({ record: () => undefined, end: resolve }))
  let sent = 0
  const timer = setInterval(() => {
    link.send(envelope(++sent, { at: Date.now(), text }))
    if (sent < Number(count)) return
    clearInterval(timer)
    void link.close()
  }, Number(everyMs))
  console.log(JSON.stringify({ end: await ended }))
  clearInterval(timer)
  await transport.close()
}
