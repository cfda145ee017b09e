import { byId, html, say, set } from './elements.js'
import { counted, duration, timeWithMs } from './numbers.js'
import { pathOf, treeOf } from './trace-path.js'

/**
 * @typedef {import('@millrace/contracts').SpanRecord} SpanRecord
 * @typedef {import('../src/view.js').PlanView} PlanView
 * @typedef {import('../src/view.js').TraceView} TraceView
 * @typedef {import('./trace-path.js').TracePath} TracePath
 * @typedef {import('./trace-path.js').Placed} Placed
 */

/**
 * Follows one root: asks for the spans of its trace, and shows them as a tree and in the graph. Which one it is stands in the
 * address, so that the way back in the browser leads back.
 *
 * @param {{ plan: () => PlanView | undefined, follow: (path: TracePath | undefined) => void }} parts
 */
export function createTrace({ plan, follow }) {
  const form = byId('trace-form')
  const input = /** @type {HTMLInputElement} */ (byId('trace-id'))
  const says = byId('trace-says')
  const list = byId('trace-spans')
  const clear = byId('trace-clear')
  list.tabIndex = -1
  let asked = 0
  /** @type {TraceView | undefined} */
  let shown

  const show = (/** @type {TraceView | undefined} */ trace, /** @type {string} */ text) => {
    shown = trace
    say(says, text)
    clear.hidden = text === ''
    set(input, 'aria-invalid', null)
    list.replaceChildren(...(trace === undefined || trace.spans.length === 0 ? [] : [waterfall(trace)]))
    list.tabIndex = list.scrollHeight > list.clientHeight ? 0 : -1
    highlight()
  }
  const highlight = () => {
    const known = plan()
    const spans = shown?.spans ?? []
    follow(known === undefined || spans.length === 0 ? undefined : pathOf(known, spans))
  }
  const ask = async (/** @type {string} */ id) => {
    asked += 1
    const number = asked
    input.value = id
    show(undefined, 'Asking every process for its spans.')
    const { trace, problem } = await fetchTrace(id)
    if (number !== asked) return
    if (trace === undefined) return show(undefined, problem)
    show(trace, summary(trace, plan()))
    if (trace.spans.length > 0) document.getElementById('trace')?.scrollIntoView({ block: 'nearest' })
  }
  const read = () => {
    const id = /^#trace=([0-9a-f]{32})$/.exec(location.hash)?.[1]
    if (id !== undefined) void ask(id)
    else if (location.hash === '') show(undefined, '')
  }
  const start = (/** @type {string} */ id) => {
    if (location.hash === `#trace=${id}`) void ask(id)
    else location.hash = `trace=${id}`
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const id = /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/.exec(input.value.trim().toLowerCase())?.[0]
    if (id !== undefined) return start(id)
    show(undefined, 'A trace id has 32 hex digits; a traceparent holds one.')
    set(input, 'aria-invalid', 'true')
    input.focus()
  })
  clear.addEventListener('click', () => {
    asked += 1
    input.value = ''
    history.pushState(null, '', location.pathname)
    show(undefined, '')
    input.focus()
  })
  window.addEventListener('hashchange', read)
  return { start, read, highlight }
}

/**
 * @param {string} id
 * @returns {Promise<{ trace?: TraceView, problem: string }>}
 */
async function fetchTrace(id) {
  try {
    const response = await fetch(`trace?id=${id}`)
    if (response.status === 401)
      return { problem: 'This page is not let in any more: run “millrace top --web” for a new link.' }
    const answer = await response.json()
    return response.ok ? { trace: answer, problem: '' } : { problem: answer.problem }
  } catch {
    return { problem: 'The application cannot be reached.' }
  }
}

/**
 * @param {TraceView} trace
 * @param {PlanView | undefined} plan
 */
function summary({ spans, left }, plan) {
  if (spans.length === 0)
    return 'No process has spans of this trace: it may be older than what is kept, or not sampled.'
  const start = Math.min(...spans.map(({ startMs }) => startMs))
  const end = Math.max(...spans.map(({ startMs, durationMs }) => startMs + durationMs))
  const processes = new Set(spans.map(({ slot }) => slot)).size
  const names = new Set(plan?.nodes.map(({ name }) => name))
  const way = treeOf(spans)
    .map(({ span }) => span)
    .filter(({ kind, name }) => kind !== 'hop' && names.has(name))
    .map(({ name }) => name)
    .filter((name, place, all) => all.indexOf(name) === place)
  const failed = spans.findLast(({ code }) => code !== undefined)
  const root = spans.find(({ parentId }) => parentId === undefined)
  const where = failed === undefined ? '' : `${failed.code} at ${failed.name} in ${failed.slot}`
  return [
    `${counted(spans.length, 'span')} in ${counted(processes, 'process', 'processes')}, ${duration(end - start)} from ${timeWithMs(start)}.`,
    way.length === 0 ? '' : `Through ${way.join(', ')}.`,
    failed === undefined
      ? 'It ended well.'
      : root?.code === undefined && root !== undefined
        ? `It ended well, after ${where}.`
        : `It failed: ${where}.`,
    left === 0 ? '' : `${counted(left, 'more span', 'more spans')} are not shown.`,
  ]
    .filter((text) => text !== '')
    .join(' ')
}

/** @param {TraceView} trace */
function waterfall({ spans }) {
  const start = Math.min(...spans.map(({ startMs }) => startMs))
  const end = Math.max(...spans.map(({ startMs, durationMs }) => startMs + durationMs))
  const span = Math.max(end - start, 0.001)
  const heads = ['Span', 'Where', 'Began', 'Took', 'Ended', 'Time'].map((label, place) =>
    html('th', { role: 'columnheader', scope: 'col', class: place === 2 || place === 3 ? 'number' : 'text' }, label),
  )
  return html(
    'table',
    { role: 'table', class: 'waterfall', 'aria-label': 'Spans of the trace, each after the one it came of' },
    html('thead', { role: 'rowgroup' }, html('tr', { role: 'row' }, ...heads)),
    html('tbody', { role: 'rowgroup' }, ...treeOf(spans).map((placed) => row(placed, start, span))),
  )
}

/**
 * @param {Placed} placed
 * @param {number} start
 * @param {number} whole
 */
function row({ span, depth, lost }, start, whole) {
  const bar = html('span', { class: `bar ${span.kind}`, 'data-mark': span.code === undefined ? null : 'bad' })
  bar.style.left = `${((span.startMs - start) / whole) * 100}%`
  bar.style.width = `${(span.durationMs / whole) * 100}%`
  const name = html('th', { role: 'rowheader', scope: 'row', class: 'title' })
  name.style.paddingInlineStart = `${Math.min(depth, 12) * 14 + 8}px`
  name.append(
    html('span', { class: 'unseen' }, `level ${depth + 1}, `),
    html('span', { class: 'kind' }, span.kind),
    ` ${span.name}`,
    ...(span.repeats.length === 0 ? [] : [' ', html('span', { class: 'badge' }, 'sent again')]),
    ...(lost ? [' ', html('span', { class: 'badge' }, 'parent not known')] : []),
  )
  const cell = (
    /** @type {string} */ label,
    /** @type {string} */ kind,
    /** @type {(Node | string)[]} */ ...children
  ) => html('td', { role: 'cell', class: kind, 'data-label': label }, ...children)
  const ended = cell('Ended', 'text', span.code ?? 'well')
  set(ended, 'data-mark', span.code === undefined ? null : 'bad')
  return html(
    'tr',
    { role: 'row', 'data-span': span.spanId },
    name,
    cell('Where', 'text', span.slot),
    cell('Began', 'number', `+${duration(span.startMs - start)}`),
    cell('Took', 'number', duration(span.durationMs)),
    ended,
    cell('Time', 'time', html('span', { class: 'track', 'aria-hidden': 'true' }, bar)),
  )
}
