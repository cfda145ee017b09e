import { createEventEmitter, type Link, type MillraceEvent } from '@millrace/contracts'
import type { LinkTransport, LinkTransportOptions } from '@millrace/wire/links'
import { type Heard, hear } from './heard.js'
import { createTcpProxy, type Filter, type ProxyConnection, type TcpProxy } from './tcp-proxy.js'
import { within } from './within.js'

/** One side of a link that somebody attacks. */
export interface AttackedEnd {
  readonly transport: LinkTransport
  readonly link: Link
  readonly heard: Heard
  readonly events: readonly MillraceEvent[]
}

/** A link from near#1 to far#1, and somebody between them. */
export interface AttackedLink {
  readonly near: AttackedEnd
  readonly far: AttackedEnd
  readonly proxy: TcpProxy
  readonly connection: ProxyConnection
}

/** How a link is attacked. */
export interface AttackOptions {
  readonly filter?: Filter
  readonly near?: Partial<LinkTransportOptions>
  readonly far?: Partial<LinkTransportOptions>
  /** Opens what is attacked. */
  readonly open: (options: Partial<LinkTransportOptions>) => LinkTransport
}

/** Opens a link with somebody in the middle, lets the test use it, and closes everything. */
export async function withAttackedLink(
  { filter, near = {}, far = {}, open }: AttackOptions,
  use: (link: AttackedLink) => Promise<void>,
): Promise<void> {
  const nearEvents = recorded()
  const farEvents = recorded()
  const nearTransport = open({ events: nearEvents.emitter, ...near })
  const farTransport = open({ events: farEvents.emitter, ...far })
  try {
    const accepted: { readonly link: Link; readonly heard: Heard }[] = []
    const { endpoint } = await farTransport.listen('far#1', (link) => accepted.push({ link, heard: hear(link) }))
    const proxy = await createTcpProxy(endpoint, filter)
    try {
      const nearLink = await nearTransport.dial('near#1', proxy.endpoint, AbortSignal.timeout(10_000))
      const [farEnd] = accepted
      const [connection] = proxy.connections
      if (farEnd === undefined || connection === undefined) throw new Error('the link was not accepted')
      await use({
        near: { transport: nearTransport, link: nearLink, heard: hear(nearLink), events: nearEvents.events },
        far: { transport: farTransport, ...farEnd, events: farEvents.events },
        proxy,
        connection,
      })
    } finally {
      proxy.close()
      for (const { cut } of proxy.connections) cut()
    }
  } finally {
    await within('closing both transports', Promise.all([nearTransport.close(), farTransport.close()]))
  }
}

/** An emitter, and everything it has emitted. */
export function recorded(): { emitter: ReturnType<typeof createEventEmitter>; events: readonly MillraceEvent[] } {
  const emitter = createEventEmitter()
  const events: MillraceEvent[] = []
  emitter.subscribe((event) => events.push(event))
  return { emitter, events }
}
