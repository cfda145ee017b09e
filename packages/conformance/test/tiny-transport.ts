import {
  type Endpoint,
  JsonText,
  type Link,
  type LinkEnd,
  type LinkListener,
  type LinkRecord,
  type Listener,
  MillraceError,
  type SlotId,
  type Transport,
  type WorkQueue,
} from '@millrace/contracts'
import type { OpenTransports } from '../src/index.js'
import { createTinyQueue } from './tiny-queue.js'

/** What a broken transport does wrong. */
export type TransportFlaw =
  | 'swaps local and peer'
  | 'reverses a batch'
  | 'bounds what a turn may send'
  | 'hands over inside send'
  | 'drops what a receiver answers'
  | 'drops what comes before listen'
  | 'hands all links of a slot to the last'
  | 'drops on close'
  | 'drops what the peer of a closer sent'
  | 'tells only the peer of a closer'
  | 'hears the end twice'
  | 'never closes'
  | 'refuses to close twice'
  | 'drops when the transport closes'
  | 'hands over after the end'
  | 'throws after the end'
  | 'links two slots once'
  | 'lets send wait'
  | 'reads nothing while the peer does not listen'
  | 'cuts large text'
  | 'drops large bytes'
  | 'sends small records first'
  | 'calls a lost link closed'
  | 'invents records when it is lost'
  | 'throws after the loss'
  | 'forgets a loss before listen'
  | 'loses every link at once'
  | 'loses one end only'
  | 'resends the old link over the new one'
  | 'drops duplicates'
  | 'drops what comes after a cancel'
  | 'repairs text'
  | 'sorts keys'
  | 'carries bytes as JSON'
  | 'sends the buffer under a view'
  | 'leaves out what is undefined'
  | 'rounds large numbers'
  | 'hands over JSON text'
  | 'reads all JSON text'
  | 'numbers what has no ticket'
  | 'dials for ever'
  | 'fails a dial with another code'
  | 'does not name the slot'
  | 'dials after the abort'
  | 'works after close'
  | 'queue is a stack'
  | 'queue does not clear'
  | 'queue drops falsy items'
  | 'queues share their items'

/** The smallest transport that passes the suite, or fails it in one way. */
export function openTinyTransport(flaw?: TransportFlaw): OpenTransports {
  const transport = new TinyTransport(flaw)
  return { listening: transport, dialling: transport, loseLink: (far, near) => transport.lose(far, near) }
}

class TinyTransport implements Transport {
  readonly profile = 'memory'
  readonly accepts = new Map<SlotId, (link: Link) => void>()
  readonly ends = new Set<TinyEnd>()
  readonly linked = new Set<string>()
  readonly flaw: TransportFlaw | undefined
  readonly sharedItems: unknown[] = []
  leftOver: LinkRecord[] = []
  closed = false

  constructor(flaw: TransportFlaw | undefined) {
    this.flaw = flaw
  }

  createQueue<Item>(): WorkQueue<Item> {
    return createTinyQueue(this.flaw, this.flaw === 'queues share their items' ? this.sharedItems : [])
  }

  async listen(slot: SlotId, accept: (link: Link) => void): Promise<Listener> {
    this.checkOpen()
    this.accepts.set(slot, accept)
    return { endpoint: { slot, address: slot }, close: async () => void this.accepts.delete(slot) }
  }

  async dial(from: SlotId, to: Endpoint, signal: AbortSignal): Promise<Link> {
    this.checkOpen()
    if (signal.aborted && this.flaw !== 'dials after the abort') throw refused('given up')
    const accept = this.accepts.get(to.slot)
    if (accept === undefined) return this.dialNobody(to)
    if (this.flaw === 'links two slots once' && this.linked.has(from + to.slot)) throw refused('linked before')
    this.linked.add(from + to.slot)
    const near = new TinyEnd(this, from, to.slot)
    const far = near.other
    this.ends.add(near).add(far)
    if (this.flaw === 'resends the old link over the new one') for (const record of this.leftOver) near.send(record)
    accept(far)
    return near
  }

  async close(): Promise<void> {
    this.closed = true
    if (this.flaw === 'drops when the transport closes') for (const end of this.ends) end.inbox.length = 0
    await Promise.all(Array.from(this.ends, (end) => end.close()))
  }

  lose(far: SlotId, near: SlotId): void {
    for (const end of this.ends)
      if (this.flaw === 'loses every link at once' || [far + near, near + far].includes(end.local + end.peer))
        end.beLost()
  }

  dialNobody(to: Endpoint): Promise<never> {
    if (this.flaw === 'dials for ever') return new Promise(() => undefined)
    if (this.flaw === 'fails a dial with another code')
      throw new MillraceError('HANDOFF_TIMEOUT', `nobody on ${to.slot}`)
    throw refused(this.flaw === 'does not name the slot' ? 'nobody there' : `nobody on ${to.slot}`)
  }

  checkOpen(): void {
    if (this.closed && this.flaw !== 'works after close') throw refused('closed')
  }
}

class TinyEnd implements Link {
  readonly transport: TinyTransport
  readonly flaw: TransportFlaw | undefined
  readonly local: SlotId
  readonly peer: SlotId
  readonly other: TinyEnd
  readonly ended: Promise<void>
  readonly cancelled = new Set<number>()
  inbox: LinkRecord[] = []
  listener: LinkListener | undefined
  incoming: 'open' | LinkEnd | 'ended' = 'open'
  shut = false
  closes = 0
  inRecord = false
  settle: () => void = () => undefined

  constructor(transport: TinyTransport, local: SlotId, peer: SlotId, other?: TinyEnd) {
    this.transport = transport
    this.flaw = transport.flaw
    const swapped = other !== undefined && this.flaw === 'swaps local and peer'
    this.local = swapped ? peer : local
    this.peer = swapped ? local : peer
    this.ended = new Promise((resolve) => {
      this.settle = resolve
    })
    this.other = other ?? new TinyEnd(transport, peer, local, this)
    if (this.flaw === 'lets send wait') this.send = async (record) => this.other.take(record)
  }

  send(record: LinkRecord): void {
    if (this.shut && this.incoming === 'ended' && this.flaw === 'throws after the end') throw new Error('it has ended')
    if (this.incoming === 'ended' && this.flaw === 'throws after the loss') throw new Error('it is lost')
    if (this.flaw === 'hands over after the end' && this.shut) this.other.listener?.record(record)
    if (this.shut || (this.inRecord && this.flaw === 'drops what a receiver answers')) return
    if (this.flaw === 'hands over inside send' && this.other.listener !== undefined) this.other.listener.record(record)
    else this.other.take(record)
  }

  listen(listener: LinkListener): void {
    this.listener = listener
    this.wake()
    this.other.wake()
  }

  async close(): Promise<void> {
    if (++this.closes > 1 && this.flaw === 'refuses to close twice') throw new Error('it is closed already')
    this.shutOutlet()
    if (this.flaw === 'drops what the peer of a closer sent') this.inbox.length = 0
    if (this.flaw === 'tells only the peer of a closer' && this.incoming === 'open') this.endSilently()
    await (this.flaw === 'never closes' ? new Promise(() => undefined) : Promise.all([this.ended, this.other.ended]))
  }

  lose(): void {
    this.beLost()
    if (this.flaw !== 'loses one end only') this.other.beLost()
  }

  beLost(): void {
    this.transport.leftOver = [...this.inbox]
    this.inbox = this.flaw === 'invents records when it is lost' ? [...this.inbox].reverse() : []
    this.shut = true
    if (this.incoming !== 'ended') this.incoming = this.flaw === 'calls a lost link closed' ? 'closed' : 'lost'
    if (this.listener === undefined) this.settle()
    if (this.listener === undefined && this.flaw === 'forgets a loss before listen') this.incoming = 'ended'
    this.wake()
  }

  shutOutlet(): void {
    if (this.shut) return
    this.shut = true
    if (this.flaw === 'drops on close') this.other.inbox.length = 0
    if (this.other.incoming === 'open') this.other.incoming = 'closed'
    this.other.wake()
  }

  endSilently(): void {
    this.incoming = 'ended'
    this.settle()
  }

  take(record: LinkRecord): void {
    if (this.flaw === 'drops what comes before listen' && this.listener === undefined) return
    if (this.flaw === 'bounds what a turn may send' && this.inbox.length >= 1000) return
    if (
      this.flaw === 'drops duplicates' &&
      this.inbox.some((known) => JSON.stringify(known) === JSON.stringify(record))
    )
      return
    if (record.kind === 'cancel') this.cancelled.add(record.root)
    else if (this.flaw === 'drops what comes after a cancel' && 'root' in record && this.cancelled.has(record.root))
      return
    if (
      this.flaw === 'drops large bytes' &&
      record.kind === 'envelope' &&
      record.payload instanceof Uint8Array &&
      record.payload.length > 65_536
    )
      return
    this.inbox.push(travelled(record, this.flaw))
    this.wake()
  }

  wake(): void {
    setImmediate(() => this.run())
  }

  run(): void {
    const listener = this.flaw === 'hands all links of a slot to the last' ? this.lastListener() : this.listener
    if (this.listener === undefined || listener === undefined) return
    if (this.flaw === 'reads nothing while the peer does not listen' && this.other.listener === undefined) return
    this.inRecord = true
    for (const record of this.takeBatch()) listener.record(record)
    this.inRecord = false
    const end = this.incoming
    if (end === 'open' || end === 'ended' || this.inbox.length > 0) return
    this.incoming = 'ended'
    this.shutOutlet()
    this.settle()
    this.listener.end(end)
    if (this.flaw === 'hears the end twice') this.listener.end(end)
  }

  takeBatch(): LinkRecord[] {
    const batch = this.inbox
    this.inbox = []
    if (this.flaw === 'reverses a batch') batch.reverse()
    if (this.flaw === 'sends small records first') batch.sort((first, second) => sizeOf(first) - sizeOf(second))
    return batch
  }

  lastListener(): LinkListener | undefined {
    return [...this.transport.ends].filter((end) => end.local === this.local).at(-1)?.listener
  }
}

/** The record as it is after the hop. */
function travelled(record: LinkRecord, flaw: TransportFlaw | undefined): LinkRecord {
  if (flaw === 'leaves out what is undefined')
    return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as LinkRecord // the flaw breaks the type
  if (flaw === 'rounds large numbers' && record.kind === 'mark')
    return { ...record, position: record.position.map(Math.fround) }
  if (record.kind !== 'envelope') return record
  const ticket = flaw === 'numbers what has no ticket' ? (record.ticket ?? 0) : record.ticket
  return { ...record, ticket, payload: travelledPayload(record.payload, flaw) }
}

function travelledPayload(payload: unknown, flaw: TransportFlaw | undefined): unknown {
  if (payload instanceof JsonText) return travelledText(payload, flaw)
  if (payload instanceof Uint8Array) {
    if (flaw === 'sends the buffer under a view') return new Uint8Array(payload.buffer)
    return flaw === 'carries bytes as JSON' ? JSON.parse(JSON.stringify(payload)) : payload
  }
  if (flaw === 'cuts large text' && typeof payload === 'string') return payload.slice(0, 65_536)
  if (flaw === 'repairs text' && typeof payload === 'string') return Buffer.from(payload).toString()
  if (flaw === 'sorts keys' && typeof payload === 'object' && payload !== null && !Array.isArray(payload))
    return Object.fromEntries(Object.entries(payload).sort())
  return payload
}

function travelledText(payload: JsonText, flaw: TransportFlaw | undefined): unknown {
  if (payload.unread) return flaw === 'reads all JSON text' && payload.text.startsWith('{') ? parsed(payload) : payload
  return flaw === 'hands over JSON text' ? payload : parsed(payload)
}

function parsed({ text }: JsonText): unknown {
  return JSON.parse(text)
}

function sizeOf(record: LinkRecord): number {
  return record.kind === 'envelope' ? String(record.payload).length : 0
}

function refused(why: string): MillraceError {
  return new MillraceError('HANDOFF_TRANSPORT', why)
}
