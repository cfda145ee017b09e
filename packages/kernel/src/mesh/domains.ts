import type { MarkRecord, Plan, Position, SlotId } from '@millrace/contracts'
import { Domain, noMoreRoots } from '../runner/domain.js'
import { type DomainEntry, type DomainName, domainId, parseDomainId } from './domain-id.js'
import { type DomainShape, domainShape } from './domain-shape.js'
import { Ties } from './domain-ties.js'
import type { EdgeMap } from './edge-map.js'
import { embeddingSlot, type Place } from './place.js'
import { RecentNames } from './recent-names.js'

/** Stands in a mark for the end of its domain: nothing of it is left anywhere. */
const forgotten = -1

/** How many ended domains are remembered, in case the link was lost that their end was told by. */
const mostEnded = 256

/** What the domains of a worker are made of. */
export interface DomainsParts {
  readonly plan: Plan
  readonly edges: EdgeMap
  readonly place: Place
  /** How many slots this one shares a link with. */
  readonly peers: number
  /** How many unfinished roots each origin may have. */
  readonly maxInFlight: number
  /** For each node, whether something ordered may come after it. */
  readonly tracked: readonly boolean[]
  /** Hears of a domain whose gates must be looked at. */
  readonly dirty: (domain: Domain) => void
  /** Hears that marks are to be sent at the end of this run of works. */
  readonly flushLater: () => void
  /** @returns false where there is no link to the slot, so that it is not told */
  readonly send: (slot: SlotId, mark: MarkRecord) => boolean
  /** Hears of a domain that is known here no more, as nothing of it is left where it began. */
  readonly forgotten: (domain: Domain) => void
  /** Hears of every domain that has ended, known here or not. */
  readonly ended: ((domain: string) => void) | undefined
}

/** The order domains that this worker knows, by their names. */
export class Domains {
  readonly #parts: DomainsParts
  readonly #ties = new Map<string, Ties>()
  readonly #shapes = new Map<string, DomainShape>()
  /** The newest process of a slot that is known to be gone. */
  readonly #gone = new Map<SlotId, number>()
  /** The names of those that ended last, and how they reached others. */
  readonly #ended = new Map<string, DomainShape>()
  /** By slot: the names of those whose end it is told when it has a link again. */
  readonly #untold = new Map<SlotId, Set<string>>()
  /** The names of those whose end it has told; undefined in the first process of a slot, which tells of none that it did not know. */
  readonly #told: RecentNames | undefined
  #dirty: Ties[] = []
  readonly #limit: number
  #next = 0
  #repeats = 0

  constructor(parts: DomainsParts) {
    const { plan, place, peers, maxInFlight } = parts
    const origins = plan.groups.reduce((sum, { slots }) => sum + slots.length, 1)
    this.#parts = parts
    this.#gone.set(place.slot, place.incarnation - 1) // what began in an earlier process of this slot is not this one's affair
    this.#limit = (peers + 1) * origins * (2 * maxInFlight + plan.graph.nodes.length)
    this.#told = place.incarnation > 1 ? new RecentNames(this.#limit) : undefined
  }

  get size(): number {
    return this.#ties.size
  }

  /**
   * Whether there are as many as admission can make: each origin has at most so many stream requests at work, as many callers who
   * may send more, and its sources; and each peer tells of a domain's end after all that it has told of it.
   */
  get full(): boolean {
    return this.#ties.size >= this.#limit
  }

  has(id: string): boolean {
    return this.#ties.has(id)
  }

  /** How many messages came again to an ordered node that had taken them. */
  get repeats(): number {
    return this.#repeats
  }

  /** Names a domain that begins here, so that its messages can cross. */
  open(domain: Domain, entry: DomainEntry): void {
    const { slot, incarnation } = this.#parts.place
    const number = this.#next++
    this.#tie(domain, domainId(slot, incarnation, number, entry), { origin: slot, incarnation, number, entry })
  }

  /** Nothing of a domain that began here is left anywhere: it is forgotten, here and in every worker that it reached. */
  close(domain: Domain): void {
    const ties = this.#ties.get(domain.id ?? '')
    if (ties !== undefined) this.#forget(ties)
  }

  /** The domain of a name, begun here when it is new; undefined for a text that names none. */
  get(id: string): Domain | undefined {
    const known = this.#ties.get(id)
    if (known !== undefined) return known.domain
    const name = parseDomainId(id)
    if (name === undefined || this.#beganHere(name) || this.#isOver(name) || !this.#canBegin(name)) return undefined
    const domain = new Domain(this.#parts.dirty)
    domain.frontier = noMoreRoots
    return this.#tie(domain, id, name)
  }

  /** A peer says what may still come from it. */
  receive(slot: SlotId, { edge, domain, position }: MarkRecord): void {
    const known = this.#ties.get(domain)
    if (edge === forgotten) {
      if (known !== undefined) this.#forget(known)
      else this.#endUnknown(domain)
    } else if (known !== undefined || this.get(domain) !== undefined)
      this.#ties.get(domain)?.receive(edge, slot, position)
  }

  /** The process that domains began at is gone: nobody ends them, and their roots have failed. */
  originGone(slot: SlotId, incarnation: number): void {
    this.#gone.set(slot, incarnation)
    for (const [id, ties] of this.#ties) {
      const name = parseDomainId(id)
      if (name === undefined || !this.#isOver(name)) continue
      this.#forget(ties)
      ties.domain.touch() // what waits in front of ordered nodes has failed, and ends
    }
  }

  /** Sends the marks that have grown. */
  flush(): void {
    if (this.#dirty.length === 0) return
    const dirty = this.#dirty
    this.#dirty = []
    // After the end of a domain was said nothing more may follow: a mark would begin it anew, and nobody would end it again.
    for (const ties of dirty.filter(({ domain }) => domain.ties !== undefined))
      ties.sendMarks((outlet, position) => this.#sendTo(ties.domain.id ?? '', outlet.edge, outlet.slots, position))
  }

  /** A slot has a new link: it is told again what it may have missed. */
  repeat(slot: SlotId): void {
    for (const [id, ties] of this.#ties)
      ties.repeatMarks(slot, (outlet, position) => this.#sendTo(id, outlet.edge, [slot], position))
    const untold = this.#untold.get(slot) ?? []
    this.#untold.delete(slot)
    for (const id of untold) this.#tellEndTo(slot, id)
    for (const [id, { outlets }] of this.#ended)
      if (outlets.some(({ slots }) => slots.includes(slot))) this.#tellEndTo(slot, id)
  }

  /** What began here and is not known here any more has ended. */
  #beganHere({ origin, incarnation }: DomainName): boolean {
    const { place } = this.#parts
    return origin === place.slot && incarnation === place.incarnation
  }

  /** Whether the plan has such a way in: what has not would be remembered in vain. */
  #canBegin({ origin, entry }: DomainName): boolean {
    const { groups, graph } = this.#parts.plan
    const isSlot = origin === embeddingSlot || groups.some(({ slots }) => slots.includes(origin))
    return isSlot && (entry.kind === 'source' ? entry.node < graph.nodes.length : entry.type < graph.types.length)
  }

  /** Whether the process that a domain began at is gone. */
  #isOver({ origin, incarnation }: DomainName): boolean {
    return incarnation <= (this.#gone.get(origin) ?? 0)
  }

  #tie(domain: Domain, id: string, { entry, origin, number }: DomainName): Domain {
    const ties = new Ties(domain, this.#shapeOf(entry, origin), {
      dirty: (changed) => {
        this.#dirty.push(changed)
        this.#parts.flushLater()
      },
      repeated: () => this.#repeats++,
    })
    domain.id = id
    domain.offset = entry.kind === 'request' ? number : undefined
    domain.ties = ties
    this.#ties.set(id, ties)
    ties.changed()
    return domain
  }

  #shapeOf(entry: DomainEntry, origin: SlotId): DomainShape {
    const key = `${origin} ${entry.kind} ${entry.kind === 'source' ? entry.node : entry.type}`
    let shape = this.#shapes.get(key)
    if (shape === undefined) {
      shape = domainShape({ ...this.#parts, entry, origin })
      this.#shapes.set(key, shape)
    }
    return shape
  }

  #forget(ties: Ties): void {
    const { domain, shape } = ties
    const id = domain.id ?? ''
    this.#ties.delete(id)
    domain.ties = undefined
    if (domain.isRun) domain.failedFrom = 0 // what still waits has lost its origin, and shall not pass (D6)
    this.#parts.forgotten(domain)
    this.#tellEnd(id, shape)
  }

  /**
   * A domain that is not known here has ended: an earlier process of this slot may have told others of it. They are told of its end
   * once, as workers that send to each other would pass it on for ever.
   */
  #endUnknown(id: string): void {
    const name = parseDomainId(id)
    if (name === undefined || this.#beganHere(name) || !this.#canBegin(name)) return
    if (this.#told === undefined) this.#parts.ended?.(id)
    else if (!this.#told.has(id)) this.#tellEnd(id, this.#shapeOf(name.entry, name.origin))
  }

  #tellEnd(id: string, shape: DomainShape): void {
    this.#parts.ended?.(id)
    this.#told?.add(id)
    this.#remember(id, shape)
    const reached = new Set(shape.outlets.flatMap(({ slots }) => slots))
    for (const slot of reached) this.#tellEndTo(slot, id)
  }

  /** Without a link it waits for one. More than there can be at once are not of one lost link: their slot has nobody any more. */
  #tellEndTo(slot: SlotId, id: string): void {
    if (this.#parts.send(slot, { kind: 'mark', edge: forgotten, domain: id, position: [] })) return
    const untold = this.#untold.get(slot) ?? new Set()
    this.#untold.set(slot, untold)
    if (untold.size < this.#limit) untold.add(id)
  }

  /** The oldest makes room: what was told long ago has arrived. */
  #remember(id: string, shape: DomainShape): void {
    if (shape.outlets.length === 0) return
    this.#ended.set(id, shape)
    if (this.#ended.size <= mostEnded) return
    const [oldest] = this.#ended.keys()
    if (oldest !== undefined) this.#ended.delete(oldest)
  }

  #sendTo(domain: string, edge: number, slots: readonly SlotId[], position: Position): void {
    for (const slot of slots) this.#parts.send(slot, { kind: 'mark', edge, domain, position })
  }
}
