/**
 * The streams of one process: each has an id that its dialler has made, and both sides write into the inbox of the other.
 *
 * An entry for a connection that is not known is dropped, unless it opens one: its sender has been told already.
 */
import type { Endpoint, SlotId } from '@millrace/contracts'
import {
  type ConnectionClock,
  type OnStream,
  type OpenedSlot,
  type Streams,
  type StreamsParts,
  startConnectionClock,
} from '@millrace/wire/links'
import { Inbox, type InboxSettings } from './inbox.js'
import { type InboxAddress, inboxAddress, inboxName, parseInboxAddress } from './inbox-address.js'
import { type EntryHead, type InboxEntry, idBytes } from './inbox-entry.js'
import type { Letter } from './outbox.js'
import { type Outlet, RedisStream, type RedisStreamParts } from './redis-stream.js'

/** What the streams of a process are made with. */
export interface RedisStreamsSettings extends InboxSettings {
  readonly incarnation: number
  readonly random: (bytes: number) => Uint8Array
}

/** Where the entries of a stream go, and whose they are there. */
interface Destination {
  readonly inbox: string
  readonly to: string
}

/** Frames in entries of streams of Redis. */
export class RedisStreams implements Streams {
  readonly #settings: RedisStreamsSettings
  readonly #parts: StreamsParts
  /** By how their entries are addressed to this side. */
  readonly #streams = new Map<string, RedisStream>()
  readonly #doors = new Map<SlotId, OnStream>()
  /** It is called after the first slot that needs it. */
  #inbox: { readonly inbox: Inbox; readonly opened: Promise<void> } | undefined

  constructor(settings: RedisStreamsSettings, parts: StreamsParts) {
    this.#settings = settings
    this.#parts = parts
  }

  async open(slot: SlotId, _port: number, onStream: OnStream): Promise<OpenedSlot> {
    const { inbox, opened } = this.#inboxFor(slot)
    await opened
    this.#doors.set(slot, onStream)
    return {
      address: inboxAddress({ inbox: inbox.name, slot }),
      close: async () => void this.#doors.delete(slot),
    }
  }

  way(from: SlotId, { address }: Endpoint): ((clock: ConnectionClock) => RedisStream) | undefined {
    const to = parseInboxAddress(address)
    return to === undefined ? undefined : (clock) => this.#connect(from, to, clock)
  }

  async close(): Promise<void> {
    if (this.#inbox === undefined) return
    const { inbox, opened } = this.#inbox
    await opened.catch(() => undefined)
    await inbox.close()
  }

  #inboxFor(slot: SlotId): { readonly inbox: Inbox; readonly opened: Promise<void> } {
    if (this.#inbox !== undefined) return this.#inbox
    const { incarnation, random } = this.#settings
    const inbox = new Inbox(inboxName(slot, incarnation, random(idBytes)), this.#settings, {
      take: (entry) => this.#take(inbox, entry),
      gone: () => this.#loseAll(),
    })
    this.#inbox = { inbox, opened: inbox.open() }
    return this.#inbox
  }

  #connect(from: SlotId, { inbox: name, slot }: InboxAddress, clock: ConnectionClock): RedisStream {
    const { inbox, opened } = this.#inboxFor(from)
    const id = Buffer.from(this.#settings.random(idBytes)).toString('base64url')
    const first = { kind: 'open', inbox: inbox.name, slot } as const
    const stream = this.#stream(inbox, `<${id}`, { inbox: name, to: `>${id}` }, { first, clock })
    opened.catch(() => stream.vanish())
    return stream
  }

  #take(inbox: Inbox, entry: InboxEntry): void {
    const { head } = entry
    const stream = this.#streams.get(head.to)
    if (stream !== undefined) stream.receive(entry)
    else if (head.kind === 'open' && head.to.startsWith('>')) this.#begin(inbox, head, entry)
  }

  #begin(inbox: Inbox, head: EntryHead & { readonly kind: 'open' }, entry: InboxEntry): void {
    const back = { inbox: head.inbox, to: `<${head.to.slice(1)}` }
    const onStream = this.#doors.get(head.slot)
    if (onStream === undefined) return void inbox.post(back.inbox, lost(back.to), [], () => undefined)
    const clock = startConnectionClock(this.#parts.clock)
    const stream = this.#stream(inbox, head.to, back, { first: { kind: 'data' }, clock })
    onStream(stream, clock)
    stream.receive(entry)
  }

  #stream(
    inbox: Inbox,
    key: string,
    destination: Destination,
    { first, clock }: Pick<RedisStreamParts, 'first' | 'clock'>,
  ): RedisStream {
    const { watch } = this.#parts
    const outlet = this.#outlet(inbox, key, destination)
    const { lastEmpty: emptyAt } = inbox
    const stream = new RedisStream({ clock, watch, emptyAt, inbox, outlet, first, to: destination.to })
    this.#streams.set(key, stream)
    return stream
  }

  #outlet(inbox: Inbox, key: string, { inbox: name, to }: Destination): Outlet {
    const underWay = new Set<Letter>()
    // A peer that has dialled knows of the connection, whether it was answered or not.
    let isKnown = to.startsWith('<')
    return {
      post(head, data, answered) {
        const letter = inbox.post(name, head, data, (there) => {
          underWay.delete(letter)
          isKnown ||= there
          answered(there)
        })
        underWay.add(letter)
      },
      close: () => {
        this.#streams.delete(key)
        for (const letter of underWay) {
          isKnown ||= letter.sent
          inbox.recall(letter)
        }
        // Also where the peer is thought to be gone: it may only be out of reach, and would never hear of it.
        if (isKnown) inbox.post(name, lost(to), [], () => undefined)
      },
    }
  }

  #loseAll(): void {
    for (const stream of [...this.#streams.values()]) stream.vanish()
  }
}

function lost(to: string): EntryHead {
  return { to, number: 0, read: 0, kind: 'lost' }
}
