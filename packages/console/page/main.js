import { connect } from './connection.js'
import { byId, say, set } from './elements.js'
import { createEvents } from './events.js'
import { createHops, createNodes, createProblems } from './flows.js'
import { createGraph } from './graph.js'
import { time } from './numbers.js'
import { createTotals } from './totals.js'
import { createTrace } from './trace.js'
import { createWorkers } from './workers.js'

/**
 * @typedef {import('../src/view.js').Frame} Frame
 * @typedef {import('../src/view.js').EventView} EventView
 * @typedef {import('../src/view.js').PlanView} PlanView
 */

/** Without a frame for so long, the page says so. */
const silentMs = 5_000

/** @type {{ plan: PlanView, graph: ReturnType<typeof createGraph>, parts: readonly Part[] } | undefined} */
let app
/** @type {Frame | undefined} */
let frame
let heardAt = performance.now()
/** @type {'live' | 'lost' | 'refused'} */
let state = 'lost'
let paused = false
/** @type {EventView[]} */
let held = []

/** @typedef {{ draw(frame: Frame): void, record?(frame: Frame): void }} Part */

const pause = byId('pause')
const trace = createTrace({ plan: () => app?.plan, follow: (path) => app?.graph.follow(path) })
const events = createEvents(
  { list: byId('event-list'), none: byId('events-none'), level: byId('event-level') },
  { follow: trace.start, says: (name) => app?.plan.events[name] ?? '' },
)

connect({
  plan(plan) {
    if (app?.plan.hash === plan.hash) return
    document.title = `${plan.title} · Millrace`
    say(byId('title'), plan.title)
    for (const id of ['totals', 'drawing']) byId(id).replaceChildren()
    for (const table of document.querySelectorAll('main div.table')) table.remove()
    const graph = createGraph({ drawing: byId('drawing'), detail: byId('detail'), says: byId('graph-says') }, plan)
    const parts = [
      createTotals(byId('totals')),
      createWorkers(byId('workers'), byId('said')),
      createNodes(byId('nodes'), plan),
      createHops(byId('hops')),
      createProblems(byId('problems'), plan),
      graph,
    ]
    app = { plan, graph, parts }
    trace.read()
  },
  layouts(layouts) {
    app?.graph.place(layouts)
    trace.highlight()
  },
  frame(next) {
    frame = next
    heardAt = performance.now()
    for (const part of app?.parts ?? []) part.record?.(next)
    draw()
    sayState()
  },
  events(news) {
    if (paused) held = [...held, ...news].slice(-500)
    else events.add(news)
    sayState()
  },
  state(next) {
    if (next === 'live') heardAt = performance.now()
    state = next
    sayState()
  },
})

function draw() {
  if (paused || document.hidden || frame === undefined || app === undefined) return
  for (const part of app.parts) part.draw(frame)
  const phase = byId('phase')
  say(phase, frame.phase)
  set(phase, 'data-phase', frame.phase)
  say(byId('about'), [app.plan.profile, frame.scenario, `pid ${frame.pid}`].filter((text) => text !== '').join(' · '))
}

function sayState() {
  const connection = byId('connection')
  const silent = performance.now() - heardAt > silentMs
  const how = state === 'live' && silent ? 'silent' : state
  const last = frame === undefined ? '' : ` Shown is how it was at ${time(frame.at)}.`
  const words = {
    live: frame === undefined ? 'Connected, waiting for the first numbers' : 'Live',
    silent: `Connected, but the application says nothing.${last}`,
    lost: frame === undefined ? 'Connecting' : `Not connected, trying again.${last}`,
    refused: `Not connected: the application is gone, or this page is not let in any more. “millrace top --web” gives a new link.${last}`,
  }
  say(
    connection,
    paused && how === 'live' ? `Paused${held.length === 0 ? '' : ` with ${held.length} new events`}` : words[how],
  )
  set(connection, 'data-state', paused && how === 'live' ? 'paused' : how)
  set(document.body, 'data-stale', how === 'live' ? null : frame !== undefined)
}

pause.addEventListener('click', () => {
  paused = !paused
  set(pause, 'aria-pressed', String(paused))
  if (!paused) events.add(held)
  if (!paused) held = []
  draw()
  sayState()
})
document.addEventListener('visibilitychange', draw)
setInterval(sayState, 1_000)
