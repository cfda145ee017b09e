import type { Plan, SlotId } from '@millrace/contracts'
import { outside, type PlanEdge } from '@millrace/placement'
import type { DomainEntry } from './domain-id.js'
import type { EdgeMap } from './edge-map.js'
import type { Place } from './place.js'

/** Where messages of a domain can come in from another worker: one edge, from one slot. */
export interface Inlet {
  readonly edge: number
  readonly slot: SlotId
}

/** What the order at one place of this worker depends on. */
export interface Feed {
  /** Nodes of this worker that a message can pass before it. */
  readonly nodes: readonly number[]
  /** Indices of inlets that messages can come in by before it. */
  readonly inlets: readonly number[]
  /** Whether roots of the domain enter in front of it, in this worker. */
  readonly entered: boolean
}

/** Where messages of a domain can leave for other workers. */
export interface Outlet {
  readonly edge: number
  readonly slots: readonly SlotId[]
  readonly feed: Feed
}

/** Which ways the messages of a domain can take, seen from one worker. The same for every domain with the same entry and origin. */
export interface DomainShape {
  readonly inlets: readonly Inlet[]
  readonly outlets: readonly Outlet[]
  /** What comes before each node of this worker, by node index. */
  readonly feeds: ReadonlyMap<number, Feed>
  /** What comes before the end of a stream request, at its origin. */
  readonly end: Feed
}

/** What a shape depends on. */
export interface ShapeInput {
  readonly plan: Plan
  readonly edges: EdgeMap
  readonly place: Place
  readonly entry: DomainEntry
  readonly origin: SlotId
  /** For each node, whether something ordered may come after it; other ways need no marks. */
  readonly tracked: readonly boolean[]
}

/** Works out a domain's shape by following its edges: forward from its entry, and back from each node of this worker. */
export function domainShape(input: ShapeInput): DomainShape {
  const ways = waysOf(input)
  const { place } = input
  const inlets = ways.filter(
    ({ fromSlots, toSlots }) => !fromSlots.includes(place.slot) && toSlots.includes(place.slot),
  )
  const spread = inlets.flatMap(({ number, fromSlots }) => fromSlots.map((slot) => ({ edge: number, slot })))
  const feedOf = feeds(input, ways, spread)
  const local = [...new Set(ways.flatMap(({ edge, toSlots }) => (toSlots.includes(place.slot) ? [edge.to] : [])))]
  return {
    inlets: spread,
    outlets: ways.flatMap(({ number, edge, fromSlots, toSlots }) =>
      fromSlots.includes(place.slot) && !toSlots.includes(place.slot)
        ? [{ edge: number, slots: toSlots, feed: feedOf.through(edge.from) }]
        : [],
    ),
    feeds: new Map(local.filter((node) => node !== outside).map((node) => [node, feedOf.before(node)])),
    end: feedOf.before(outside),
  }
}

/** One edge that messages of the domain can take, and between which slots. */
interface Way {
  readonly number: number
  readonly edge: PlanEdge
  readonly fromSlots: readonly SlotId[]
  readonly toSlots: readonly SlotId[]
}

function waysOf({ plan, edges, entry, origin, tracked }: ShapeInput): readonly Way[] {
  const reached = reachedFrom(edges.edges, entry)
  const slotsOf = (node: number): readonly SlotId[] => plan.groups[plan.groupOf[node] ?? -1]?.slots ?? []
  return edges.edges.flatMap((edge, number) => {
    const enters = entry.kind === 'request' && edge.from === outside && edge.type === entry.type
    if (!enters && (edge.from === outside || !reached.has(edge.from))) return []
    if (edge.to === outside ? entry.kind === 'source' : tracked[edge.to] !== true) return []
    const isEntry = enters || (entry.kind === 'source' && edge.from === entry.node)
    const fromSlots = isEntry ? [origin] : slotsOf(edge.from)
    const toSlots = edge.to === outside ? [origin] : slotsOf(edge.to)
    return [{ number, edge, fromSlots, toSlots: staysInSlot(plan, edge, toSlots, origin) ? fromSlots : toSlots }]
  })
}

/** A message to a node of its own group stays in its slot, and so does a root of the origin's own group. */
function staysInSlot({ groupOf }: Plan, { from, to }: PlanEdge, toSlots: readonly SlotId[], origin: SlotId): boolean {
  if (from === outside) return toSlots.includes(origin)
  return to !== outside && groupOf[from] === groupOf[to]
}

function reachedFrom(edges: readonly PlanEdge[], entry: DomainEntry): ReadonlySet<number> {
  const reached = new Set<number>(entry.kind === 'source' ? [entry.node] : [])
  if (entry.kind === 'request')
    for (const { from, to, type } of edges) if (from === outside && type === entry.type) reached.add(to)
  for (const node of reached) for (const { from, to } of edges) if (from === node && to !== outside) reached.add(to)
  return reached
}

function feeds({ place, entry, origin }: ShapeInput, ways: readonly Way[], inlets: readonly Inlet[]) {
  const into = ways.filter(({ toSlots }) => toSlots.includes(place.slot))
  /** Everything that a message can pass before it is at a node, or leaves as a reply, the node itself included. */
  const collect = (last: number): Feed => {
    const nodes = new Set([last])
    const found = new Set<number>()
    let entered = entry.kind === 'source' && origin === place.slot && last === entry.node
    for (const node of nodes)
      for (const { number, edge, fromSlots } of into) {
        if (edge.to !== node) continue
        inlets.forEach((inlet, index) => {
          if (inlet.edge === number) found.add(index)
        })
        if (!fromSlots.includes(place.slot)) continue
        if (edge.from === outside || (entry.kind === 'source' && edge.from === entry.node)) entered = true
        if (edge.from !== outside) nodes.add(edge.from)
      }
    return { nodes: [...nodes].filter((node) => node !== outside), inlets: [...found], entered }
  }
  return {
    /** What comes before messages that a node emits; {@link outside} for roots. */
    through: (node: number): Feed => (node === outside ? rootsAlone : collect(node)),
    before: (node: number): Feed => {
      const feed = collect(node)
      return { ...feed, nodes: feed.nodes.filter((other) => other !== node) }
    },
  }
}

/** Before a root on its way to another worker there is nothing but the roots before it. */
const rootsAlone: Feed = { nodes: [], inlets: [], entered: true }
