import { html, say, set, svg } from './elements.js'
import { count, counted, duration, rate } from './numbers.js'

/**
 * @typedef {import('../src/view.js').Frame} Frame
 * @typedef {import('../src/view.js').Layout} Layout
 * @typedef {import('../src/view.js').Layouts} Layouts
 * @typedef {import('../src/view.js').PlanView} PlanView
 * @typedef {import('../src/view.js').Box} Box
 * @typedef {import('./trace-path.js').TracePath} TracePath
 */

const isNarrow = window.matchMedia('(max-width: 760px)')

/** Below this, text of 11 pixels cannot be read: the drawing is scrolled instead. */
const leastScale = 0.8

/**
 * The drawing of the graph: groups as boxes, nodes in them, edges between them.
 *
 * @param {{ drawing: HTMLElement, detail: HTMLElement, says: HTMLElement }} places
 * @param {PlanView} plan
 */
export function createGraph({ drawing, detail, says }, plan) {
  /** @type {Layouts | undefined} */
  let layouts
  /** @type {Drawing | undefined} */
  let drawn
  /** @type {Frame | undefined} */
  let frame
  /** @type {TracePath | undefined} */
  let path
  let current = 0
  /** @type {number | undefined} */
  let opened

  const build = () => {
    const layout = isNarrow.matches ? layouts?.narrow : layouts?.wide
    drawing.replaceChildren()
    drawn = undefined
    if (layouts === undefined) return
    if (layout === null || layout === undefined) return say(says, 'It could not be drawn; the tables say the same.')
    say(
      says,
      `${counted(plan.nodes.length, 'node')} in ${counted(plan.groups.length, 'group')}. Arrow keys go from node to node, Enter opens one.`,
    )
    drawn = draw(plan, layout)
    drawing.append(drawn.element)
    listen(drawn)
    scaleTo(layout)
    select(current, false)
    update()
  }
  const scaleTo = (/** @type {Layout} */ layout) => {
    const scale = Math.min(1, Math.max(leastScale, drawing.clientWidth / layout.width))
    if (drawn === undefined) return
    set(drawn.element, 'width', Math.floor(layout.width * scale))
    set(drawn.element, 'height', Math.floor(layout.height * scale))
    const scrolls = layout.width * scale > drawing.clientWidth + 1
    set(drawing, 'tabindex', scrolls ? '0' : '-1')
    set(drawing, 'role', scrolls ? 'region' : null)
    set(drawing, 'aria-label', scrolls ? 'Graph, can be scrolled' : null)
  }
  const select = (/** @type {number} */ index, focus = true) => {
    if (drawn === undefined) return
    set(drawn.nodes[current]?.element ?? drawing, 'tabindex', '-1')
    current = (index + plan.nodes.length) % Math.max(plan.nodes.length, 1)
    const next = drawn.nodes[current]?.element
    if (next === undefined) return
    set(next, 'tabindex', '0')
    if (focus) next.focus()
  }
  const listen = (/** @type {Drawing} */ { nodes }) => {
    for (const [index, { element }] of nodes.entries()) {
      element.addEventListener('click', () => open(index))
      element.addEventListener('focus', () => select(index, false))
      element.addEventListener('keydown', (event) => {
        const step = steps[event.key]
        if (event.key === 'Enter' || event.key === ' ') open(index)
        else if (step !== undefined) select(step === 'first' ? 0 : step === 'last' ? -1 : index + step)
        else return
        event.preventDefault()
      })
    }
  }
  const open = (/** @type {number} */ index) => {
    opened = index
    select(index, false)
    drawDetail()
    detail.focus()
  }
  const close = () => {
    opened = undefined
    drawDetail()
    drawn?.nodes[current]?.element.focus()
  }
  detail.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close()
  })
  const drawDetail = () => {
    detail.hidden = opened === undefined
    const node = opened === undefined ? undefined : plan.nodes[opened]
    if (node === undefined || opened === undefined) return
    if (detail.dataset.node !== String(opened)) {
      detail.dataset.node = String(opened)
      set(detail, 'role', 'group')
      set(detail, 'aria-label', `Node ${node.name}`)
      const shut = html('button', { type: 'button' }, 'Close')
      shut.addEventListener('click', close)
      detail.replaceChildren(html('h3', {}, node.name), html('dl'), shut)
    }
    const list = detail.querySelector('dl')
    const facts = factsOf(plan, opened, frame)
    if (list === null) return
    for (const [place, [name, value]] of facts.entries()) {
      const pair = list.children[place] ?? list.appendChild(html('div', {}, html('dt'), html('dd')))
      say(/** @type {Element} */ (pair.firstElementChild), name)
      say(/** @type {Element} */ (pair.lastElementChild), value)
    }
  }
  const update = () => {
    if (frame !== undefined) drawn?.update(frame)
    drawn?.follow(path)
    drawDetail()
  }
  isNarrow.addEventListener('change', build)
  window.addEventListener('resize', () => {
    const layout = isNarrow.matches ? layouts?.narrow : layouts?.wide
    if (layout) scaleTo(layout)
  })
  return {
    /** @param {Layouts} next */
    place(next) {
      layouts = next
      build()
    },
    /** @param {Frame} next */
    draw(next) {
      frame = next
      update()
    },
    /** @param {TracePath | undefined} next */
    follow(next) {
      path = next
      drawn?.follow(path)
    },
  }
}

/** @type {Readonly<Record<string, number | 'first' | 'last'>>} */
const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: 'first', End: 'last' }

/**
 * @param {PlanView} plan
 * @param {number} index
 * @param {Frame | undefined} frame
 * @returns {readonly (readonly [string, string])[]}
 */
function factsOf(plan, index, frame) {
  const node = plan.nodes[index]
  const flow = frame?.flows.nodes[index]
  if (node === undefined) return []
  const list = (/** @type {readonly string[]} */ names) => (names.length === 0 ? 'nothing' : names.join(', '))
  return [
    ['Kind', node.ordered ? `${node.kind}, in source order` : node.kind],
    ['Group', plan.groups[node.group]?.name ?? ''],
    ['Consumes', list(node.consumes)],
    ['Emits', list(node.emits)],
    ['Runner', node.runner],
    ['Stage', node.stage ?? 'none'],
    ['State', list(node.state)],
    ['Rate', rate(flow?.rate)],
    ['Handled', count(flow?.total)],
    [
      'Queue',
      flow === undefined
        ? ''
        : flow.queued === 0
          ? 'empty'
          : `${count(flow.queued)}, the first waits ${duration(flow.lagMs)}`,
    ],
  ]
}

/**
 * @typedef {object} Drawing
 * @property {SVGSVGElement} element
 * @property {readonly DrawnNode[]} nodes
 * @property {(frame: Frame) => void} update
 * @property {(path: TracePath | undefined) => void} follow
 */

/**
 * @param {PlanView} plan
 * @param {Layout} layout
 * @returns {Drawing}
 */
function draw(plan, layout) {
  const groups = plan.groups.map((group, index) => drawGroup(group, layout.groups[index] ?? null))
  const edges = plan.edges.map((_, index) => drawEdge(plan, layout, index))
  const nodes = plan.nodes.map((_, index) => drawNode(plan, layout, index))
  const marker = (/** @type {string} */ id) =>
    svg(
      'marker',
      {
        id,
        viewBox: '0 0 8 8',
        refX: 7,
        refY: 4,
        markerWidth: 8,
        markerHeight: 8,
        orient: 'auto',
        markerUnits: 'userSpaceOnUse',
      },
      svg('path', { d: 'M0 0.5L7.5 4L0 7.5z' }),
    )
  const element = svg(
    'svg',
    {
      class: 'graph',
      viewBox: `0 0 ${layout.width} ${layout.height}`,
      role: 'group',
      'aria-label': 'Graph of the application. The tables of nodes, hops and workers say the same.',
    },
    svg('defs', {}, marker('arrow'), marker('arrow-on')),
    ...groups.map((group) => group.element),
    ...edges.map((edge) => edge.element),
    ...groups.map((group) => group.head),
    ...nodes.map((node) => node.element),
    ...edges.map((edge) => edge.label),
  )
  return {
    element,
    nodes,
    update(frame) {
      for (const group of groups) group.update(frame)
      for (const edge of edges) edge.update(frame)
      for (const node of nodes) node.update(frame)
    },
    follow(path) {
      set(element, 'data-following', path !== undefined)
      for (const [index, node] of nodes.entries()) node.follow(path, index)
      for (const [index, edge] of edges.entries()) edge.follow(path, index)
    },
  }
}

/**
 * @param {import('../src/view.js').GroupView} group
 * @param {Box | null} box
 */
function drawGroup(group, box) {
  if (box === null) return { element: svg('g'), head: svg('g'), update() {} }
  const { x, y, width, height } = box
  const state = svg('text', { x: x + 14 + group.slots.length * 13 + 3, y: y + 36, class: 'small' })
  const marks = group.slots.map((slot, place) =>
    svg(
      'rect',
      { class: 'worker', x: x + 14 + place * 13, y: y + 27, width: 10, height: 10, rx: 2 },
      svg('title', {}, slot),
    ),
  )
  const name = svg('text', { class: 'name', x: x + 14, y: y + 19 }, group.name)
  return {
    element: svg('g', { class: 'group' }, svg('rect', { class: 'box', x, y, width, height, rx: 6 })),
    /** Above the edges, which may come in from the top. */
    head: svg('g', { class: 'group' }, name, ...marks, state),
    /** @param {Frame} frame */
    update({ workers }) {
      const own = workers.filter((worker) => worker.group === group.name)
      /** @type {Map<string, number>} */
      const phases = new Map()
      for (const { phase } of own) phases.set(phase, (phases.get(phase) ?? 0) + 1)
      for (const [place, mark] of marks.entries()) {
        const worker = own.find(({ slot }) => slot === group.slots[place])
        set(mark, 'data-phase', worker?.phase ?? 'stopped')
        if (mark.firstChild !== null) say(mark.firstChild, `${group.slots[place]}: ${worker?.phase ?? 'unknown'}`)
      }
      say(state, [...phases].map(([phase, number]) => `${number} ${phase}`).join(', '))
    },
  }
}

/**
 * @typedef {object} DrawnNode
 * @property {SVGGElement} element
 * @property {(frame: Frame) => void} update
 * @property {(path: TracePath | undefined, index: number) => void} follow
 */

/**
 * @param {PlanView} plan
 * @param {Layout} layout
 * @param {number} index
 * @returns {DrawnNode}
 */
function drawNode(plan, layout, index) {
  const node = plan.nodes[index]
  const { x, y, width, height } = layout.nodes[index] ?? { x: 0, y: 0, width: 0, height: 0 }
  const name = node?.name ?? ''
  const group = plan.groups[node?.group ?? 0]?.name ?? ''
  const kind = `${node?.kind ?? ''}${node?.ordered ? ', ordered' : ''}`
  const flow = svg('text', { class: 'flow', x: x + 12, y: y + 54 })
  const queue = svg('text', { class: 'flow end', x: x + width - 12, y: y + 54 })
  const took = svg('text', { class: 'took end', x: x + width - 12, y: y + 54 })
  const most = Math.floor((width - 24) / 7.4)
  const element = svg(
    'g',
    { class: 'node', role: 'button', tabindex: -1, 'data-node': name, 'aria-label': `${name}, ${kind} in ${group}` },
    svg('rect', { class: 'box', x, y, width, height, rx: 4 }),
    svg('text', { class: 'name', x: x + 12, y: y + 20 }, name.length > most ? `${name.slice(0, most - 1)}…` : name),
    svg('text', { class: 'small', x: x + 12, y: y + 37 }, kind),
    flow,
    queue,
    took,
  )
  return {
    element,
    update({ flows }) {
      const now = flows.nodes[index]
      say(flow, rate(now?.rate))
      say(queue, now === undefined || now.queued === 0 ? '' : `${count(now.queued)} queued`)
      set(queue, 'data-mark', (now?.lagMs ?? 0) >= 1_000 ? 'warn' : null)
      const queued = now === undefined || now.queued === 0 ? 'nothing queued' : `${count(now.queued)} queued`
      set(element, 'aria-label', `${name}, ${kind} in ${group}, ${rate(now?.rate)}, ${queued}`)
    },
    follow(path, place) {
      const visit = path?.nodes.get(place)
      set(element, 'data-on', visit === undefined ? null : visit.code === undefined ? 'well' : 'failed')
      set(queue, 'visibility', visit === undefined ? null : 'hidden') // its place is taken
      const times = visit !== undefined && visit.times > 1 ? ` ×${visit.times}` : ''
      say(took, visit === undefined ? '' : `${duration(visit.tookMs)}${times}`)
    },
  }
}

/**
 * @param {PlanView} plan
 * @param {Layout} layout
 * @param {number} index
 */
function drawEdge(plan, layout, index) {
  const edge = plan.edges[index]
  const { points, label: room } = layout.edges[index] ?? { points: [], label: null }
  const element = svg(
    'path',
    {
      class: edge?.crosses ? 'edge crosses' : 'edge',
      d: rounded(points),
      'marker-end': 'url(#arrow)',
      'data-edge': `${edge?.from} ${edge?.to}`,
    },
    svg(
      'title',
      {},
      `${plan.nodes[edge?.from ?? 0]?.name} → ${plan.nodes[edge?.to ?? 0]?.name}: ${edge?.types.join(', ')}`,
    ),
  )
  const middle = (room?.x ?? 0) + (room?.width ?? 0) / 2
  const first = svg('text', { class: 'flow middle', x: middle, y: (room?.y ?? 0) + 11 })
  const second = svg('text', { class: 'small middle', x: middle, y: (room?.y ?? 0) + 25 })
  const label = svg('g', { class: 'label', 'aria-hidden': 'true' }, ...(room === null ? [] : [first, second]))
  return {
    element,
    label,
    /** @param {Frame} frame */
    update({ flows }) {
      const hop = flows.hops.find(({ from, to }) => `${from}→${to}` === edge?.hop)
      const own = edge?.only ? flows.nodes[edge.to]?.rate : edge?.shared ? undefined : hop?.rate
      const now = own ?? hop?.rate
      say(first, now === null || now === undefined ? '' : own === now ? rate(now) : `${rate(now)} in all`)
      say(second, hop === undefined || hop.p50Ms === null ? '' : `${duration(hop.p50Ms)} · ${duration(hop.p99Ms)}`)
      element.style.strokeWidth = String(1.25 + Math.min(Math.log10(1 + (now ?? 0)) * 0.5, 2))
    },
    /**
     * @param {TracePath | undefined} path
     * @param {number} place
     */
    follow(path, place) {
      const on = path?.edges.has(place) ?? false
      set(element, 'data-on', on)
      set(element, 'marker-end', on ? 'url(#arrow-on)' : 'url(#arrow)')
    },
  }
}

/**
 * A line through points, with its corners rounded off.
 *
 * @param {readonly (readonly [number, number])[]} points
 */
function rounded(points) {
  return points
    .map(([x, y], place) => {
      const before = points[place - 1]
      const after = points[place + 1]
      if (before === undefined) return `M${x} ${y}`
      if (after === undefined) return `L${x} ${y}`
      const [ax, ay] = towards([x, y], before)
      const [bx, by] = towards([x, y], after)
      return `L${ax} ${ay}Q${x} ${y} ${bx} ${by}`
    })
    .join('')
}

/**
 * @param {readonly [number, number]} from
 * @param {readonly [number, number]} to
 */
function towards([x, y], [toX, toY]) {
  const length = Math.hypot(toX - x, toY - y)
  const part = length === 0 ? 0 : Math.min(5, length / 2) / length
  return [x + (toX - x) * part, y + (toY - y) * part]
}
