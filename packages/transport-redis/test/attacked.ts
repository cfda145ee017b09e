import type { Endpoint, Link, MillraceEvent } from '@millrace/contracts'
import { type Heard, hear, recorded, within } from '@millrace/link-tests'
import { RESP_TYPES } from '@redis/client'
import { type EntryHead, entryFields, type InboxEntry, readEntry } from '../src/carrier/inbox-entry.js'
import { openRedis, type RedisClient, type RedisTransport, type RedisTransportOptions } from '../src/index.js'
import { openTransport } from './open-transport.js'

/** One side of a link that somebody attacks. */
interface AttackedEnd {
  readonly transport: RedisTransport
  readonly link: Link
  readonly heard: Heard
  readonly events: readonly MillraceEvent[]
  /** The key of its inbox. */
  readonly inbox: string
}

/** A link from near#1 to far#1, and somebody who can write into Redis. */
export interface Attacked {
  readonly near: AttackedEnd
  readonly far: AttackedEnd
  readonly attacker: Attacker
}

/** Whoever can do with Redis what it likes, but has no key. */
export interface Attacker {
  readonly client: RedisClient
  /** What stands in an inbox, the oldest first. */
  entries(inbox: string): Promise<readonly InboxEntry[]>
  write(inbox: string, fields: readonly (string | Buffer)[]): Promise<void>
  /** Writes an entry as a peer would. */
  post(inbox: string, head: EntryHead, data: readonly Buffer[]): Promise<void>
}

/** Opens a link, lets the test use it, and closes everything. */
export async function withAttacked(
  url: string,
  use: (attacked: Attacked) => Promise<void>,
  options: Partial<RedisTransportOptions> = {},
): Promise<void> {
  const [nearSays, farSays] = [recorded(), recorded()]
  const near = openTransport(url, { events: nearSays.emitter, ...options })
  const far = openTransport(url, { events: farSays.emitter, ...options })
  const client = await openRedis({ url, keyPrefix: 'tests' }, { events: recorded().emitter })
  try {
    let accept: (end: { readonly link: Link; readonly heard: Heard }) => void = () => undefined
    const accepted = new Promise<{ readonly link: Link; readonly heard: Heard }>((resolve) => {
      accept = resolve
    })
    const offer = await far.listen('far#1', (link) => accept({ link, heard: hear(link) }))
    const back = await near.listen('near#1', () => undefined)
    const link = await near.dial('near#1', offer.endpoint, AbortSignal.timeout(20_000))
    const nearEnd = { transport: near, link, heard: hear(link), events: nearSays.events, inbox: keyOf(back.endpoint) }
    const farEnd = { transport: far, ...(await accepted), events: farSays.events, inbox: keyOf(offer.endpoint) }
    await use({ near: nearEnd, far: farEnd, attacker: attackerWith(client) })
  } finally {
    client.destroy()
    await within('closing both transports', Promise.all([near.close(), far.close()]))
  }
}

/** The key of the inbox that an endpoint leads to. */
export function keyOf({ address }: Endpoint): string {
  return `{tests}:in:${address.slice('redis:'.length, address.lastIndexOf('/'))}`
}

function attackerWith(client: RedisClient): Attacker {
  const write = async (inbox: string, fields: readonly (string | Buffer)[]): Promise<void> =>
    void (await client.sendCommand(['XADD', inbox, '*', ...fields]))
  return {
    client,
    write,
    async entries(inbox) {
      const found = await client.sendCommand<readonly (readonly [id: Buffer, fields: readonly Buffer[]])[]>(
        ['XRANGE', inbox, '-', '+'],
        { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
      )
      return found.flatMap(([, fields]) => readEntry(fields) ?? [])
    },
    post: (inbox, head, data) => write(inbox, entryFields(head, data)),
  }
}
