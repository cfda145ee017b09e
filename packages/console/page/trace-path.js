/**
 * @typedef {import('@millrace/contracts').SpanRecord} SpanRecord
 * @typedef {import('../src/view.js').PlanView} PlanView
 */

/**
 * The way of a root through the graph.
 *
 * @typedef {object} TracePath
 * @property {ReadonlyMap<number, Visit>} nodes by index
 * @property {ReadonlySet<number>} edges indices
 */

/**
 * @typedef {object} Visit
 * @property {number} times
 * @property {number} tookMs
 * @property {string | undefined} code what it ended by, if not well
 */

/**
 * A span in the tree of its trace.
 *
 * @typedef {object} Placed
 * @property {SpanRecord} span
 * @property {number} depth
 * @property {boolean} lost whether its parent is not there
 */

/**
 * Orders spans as a tree: each after its parent, in the order of their start. A span whose parent is not there begins a tree.
 *
 * @param {readonly SpanRecord[]} spans
 * @returns {readonly Placed[]}
 */
export function treeOf(spans) {
  const ids = new Set(spans.map(({ spanId }) => spanId))
  /** @type {Map<string | undefined, SpanRecord[]>} */
  const children = new Map()
  for (const span of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    const parent = span.parentId !== undefined && ids.has(span.parentId) ? span.parentId : undefined
    children.set(parent, [...(children.get(parent) ?? []), span])
  }
  /** @type {Placed[]} */
  const placed = []
  /** @type {Set<string>} */
  const seen = new Set()
  const waiting = (children.get(undefined) ?? []).map((span) => ({ span, depth: 0, lost: span.parentId !== undefined }))
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { span, depth } = next
    if (seen.has(span.spanId)) continue
    seen.add(span.spanId)
    placed.push(next)
    waiting.unshift(
      ...(children.get(span.spanId) ?? []).map((child) => ({ span: child, depth: depth + 1, lost: false })),
    )
  }
  return placed
}

/**
 * @param {PlanView} plan
 * @param {readonly SpanRecord[]} spans
 * @returns {TracePath}
 */
export function pathOf(plan, spans) {
  const places = new Map(plan.nodes.map(({ name }, index) => [name, index]))
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  /** A source is a node too, and its root is where it emits. @param {SpanRecord} span */
  const placeOf = (span) => (span.kind === 'hop' ? undefined : places.get(span.name))
  /** @param {SpanRecord} span */
  const before = (span) => {
    let parent = byId.get(span.parentId ?? '')
    for (let steps = 0; parent !== undefined && steps < spans.length; steps += 1) {
      const place = placeOf(parent)
      if (place !== undefined) return place
      parent = byId.get(parent.parentId ?? '')
    }
    return undefined
  }
  /** @type {Map<number, Visit>} */
  const nodes = new Map()
  /** @type {Set<number>} */
  const edges = new Set()
  for (const span of spans) {
    const place = placeOf(span)
    if (place === undefined) continue
    const visit = nodes.get(place) ?? { times: 0, tookMs: 0, code: undefined }
    nodes.set(place, { times: visit.times + 1, tookMs: visit.tookMs + span.durationMs, code: visit.code ?? span.code })
    const from = before(span)
    const edge = plan.edges.findIndex((candidate) => candidate.from === from && candidate.to === place)
    if (edge !== -1) edges.add(edge)
  }
  return { nodes, edges }
}
