import type { ErrorCode } from './error-codes.js'
import type { Facts } from './millrace-error.js'
import type { Profile } from './plan.js'
import type { Position } from './position.js'

/** A place for a worker, `features#2`. */
export type SlotId = string

/** What every worker knows a root by: where it entered, and its number there. */
export interface RootName {
  /**
   * The slot that it entered at, its incarnation, and what is waited for there: a reply, `slot.incarnation:`, a reply that is passed
   * on as text, `slot.incarnation;`, or nothing, `slot.incarnation/`.
   */
  readonly origin: string
  readonly root: number
}

/** One message on its way over a hop. */
export interface EnvelopeRecord extends RootName {
  readonly kind: 'envelope'
  /** The sender's number for it, one more than the last on this link; acknowledgements name it. Undefined where none is wanted. */
  readonly ticket: number | undefined
  /** Index in the plan's list of edges: those of the graph, then the ways in from outside, then the ways of replies to an origin. */
  readonly edge: number
  /** Order domain; undefined for a root that belongs to none. */
  readonly domain: string | undefined
  readonly position: Position
  /** What remains of the deadline, in milliseconds. */
  readonly remainingMs: number | undefined
  /** W3C traceparent. */
  readonly trace: string | undefined
  /** What JSON carries, a `JsonText` that is it already, or a `Uint8Array` for byte types. A receiver gets a `JsonText` where that is `unread`. */
  readonly payload: unknown
}

/** Tickets whose subtrees are done, as inclusive ranges. */
export interface AckRecord {
  readonly kind: 'ack'
  readonly ranges: readonly (readonly [first: number, last: number])[]
}

/** A root that failed on the far side. */
export interface FailRecord extends RootName {
  readonly kind: 'fail'
  /** Where in a stream request its failure stands: what comes before leaves first. Empty where the root has failed at once. */
  readonly position: Position
  readonly code: ErrorCode
  readonly facts: Facts
}

/** A root whose remaining work shall stop. */
export interface CancelRecord extends RootName {
  readonly kind: 'cancel'
  readonly code: ErrorCode
}

/** The smallest position that may still come on an edge from the sending slot. */
export interface MarkRecord {
  readonly kind: 'mark'
  /** As in an envelope; -1 says that nothing of the domain is left anywhere, so that it can be forgotten. */
  readonly edge: number
  readonly domain: string
  readonly position: Position
}

/** What travels on a link. */
export type LinkRecord = EnvelopeRecord | AckRecord | FailRecord | CancelRecord | MarkRecord

/** Why a link ended: closed by either side after everything sent was handed over, or lost. */
export type LinkEnd = 'closed' | 'lost'

/** What the holder of a link end hears. Records come in the order in which the peer sent them. */
export interface LinkListener {
  record(record: LinkRecord): void
  end(end: LinkEnd): void
}

/** One end of the one connection between two slots. It is always read; sending never waits. */
export interface Link {
  readonly local: SlotId
  readonly peer: SlotId
  /** Which process of the peer's slot is at the other end, from 1; undefined where the carrier does not know. */
  readonly incarnation?: number | undefined
  /** Adds a record to the batch of this loop turn. After the link's end it is dropped: the listener has heard `end`. */
  send(record: LinkRecord): void
  /** Starts to hand records over; what came before waits until then. Called once. */
  listen(listener: LinkListener): void
  /**
   * Hands over what either side has sent, also to a peer that listens late, then ends the link on both sides. May be called
   * more than once.
   */
  close(): Promise<void>
  /** Ends the link at once, whatever the peer does: what was not handed over is dropped, and both ends hear `lost`. */
  lose(): void
}

/** Where a slot can be dialled. What is in it, only the transport knows. */
export interface Endpoint {
  readonly slot: SlotId
  readonly address: string
  /** Which process of the slot is there, from 1; undefined where whoever dials does not know. */
  readonly incarnation?: number | undefined
}

/** A slot's standing offer to be dialled. */
export interface Listener {
  readonly endpoint: Endpoint
  close(): Promise<void>
}

/** First in, first out, without bound: admission bounds what is in it. */
export interface WorkQueue<Item> {
  readonly length: number
  push(item: Item): void
  /** Takes the oldest; undefined when there is none. */
  shift(): Item | undefined
  /** The oldest, which stays; undefined when there is none. */
  peek(): Item | undefined
  /** Forgets everything. */
  clear(): void
}

/**
 * Carries records between slots, and makes the queues inside them.
 *
 * Every implementation passes the suite `transportSuite` of `@millrace/conformance`.
 */
export interface Transport {
  readonly profile: Profile
  createQueue<Item>(): WorkQueue<Item>
  /**
   * Opens a slot for its peers.
   *
   * @param accept hears each new link
   * @throws MillraceError SEC_BIND_REFUSED; HANDOFF_TRANSPORT when the slot is open already or the transport is closed
   */
  listen(slot: SlotId, accept: (link: Link) => void): Promise<Listener>
  /**
   * Connects a slot to another.
   *
   * @throws MillraceError HANDOFF_TRANSPORT when nobody listens there, the signal aborts or the transport is closed;
   * SEC_HANDSHAKE_FAILED
   */
  dial(from: SlotId, to: Endpoint, signal: AbortSignal): Promise<Link>
  /** Closes every listener and link, and waits for nobody who does not listen. May be called more than once. */
  close(): Promise<void>
}
