import { html, say, set } from './elements.js'
import { count, duration, memory } from './numbers.js'
import { createSparkline } from './sparkline.js'
import { createTable } from './table.js'

/**
 * @typedef {import('../src/view.js').Frame} Frame
 * @typedef {import('../src/view.js').WorkerView} WorkerView
 * @typedef {import('./sparkline.js').Sparkline} Sparkline
 */

/** What stands for the supervising process, which is no slot. */
const supervisor = 'supervisor'

/**
 * The table of the workers.
 *
 * @param {HTMLElement} section
 * @param {HTMLElement} said where changes are said aloud
 */
export function createWorkers(section, said) {
  /** @type {Map<string, { queue: Sparkline, memory: Sparkline }>} */
  const sparks = new Map()
  /** @type {Map<string, string>} */
  const phases = new Map()
  const sparksOf = (/** @type {string} */ slot) => {
    const known = sparks.get(slot) ?? { queue: createSparkline(4), memory: createSparkline(64 * 2 ** 20) }
    sparks.set(slot, known)
    return known
  }
  /** @type {readonly import('./table.js').Column<WorkerView>[]} */
  const columns = [
    { label: 'Worker', kind: 'title', text: ({ slot }) => slot },
    {
      label: 'State',
      kind: 'text',
      draw: ({ phase, slot }, cell) => drawState(cell, slot === supervisor ? '' : phase),
    },
    { label: 'Process', kind: 'number', text: ({ incarnation, pid }) => processOf(incarnation, pid) },
    {
      label: 'Restarts',
      kind: 'number',
      draw: ({ restarts, slot }, cell) => {
        say(cell, slot === supervisor ? '' : count(restarts))
        set(cell, 'data-mark', restarts > 0 ? 'warn' : null)
      },
    },
    { label: 'In flight', kind: 'number', text: ({ inFlight, slot }) => (slot === supervisor ? '' : count(inFlight)) },
    {
      label: 'Queue',
      kind: 'number',
      draw: (row, cell) => drawSpark(cell, count(row.queued), sparksOf(row.slot).queue, row),
    },
    {
      label: 'Memory',
      kind: 'number',
      draw: (row, cell) => drawSpark(cell, memory(row.rss), sparksOf(row.slot).memory),
    },
    { label: 'Loop delay', kind: 'number', text: ({ delayMs }) => duration(delayMs) },
  ]
  const table = createTable('Workers', columns, ({ slot }) => slot, 'No worker is known yet.')
  section.append(table.element)

  return {
    /** @param {Frame} frame */
    record({ at, workers, own }) {
      const changes = workers.flatMap(({ slot, phase }) => {
        const before = phases.get(slot)
        phases.set(slot, phase)
        return before === undefined || before === phase ? [] : [`${slot} is ${phase}`]
      })
      if (changes.length > 0) say(said, changes.join(', '))
      for (const { slot, queued, rss } of workers) {
        sparksOf(slot).queue.add(at, queued)
        sparksOf(slot).memory.add(at, rss)
      }
      if (own !== null) sparksOf(supervisor).memory.add(at, own.rss)
    },
    /** @param {Frame} frame */
    draw({ workers, own, pid }) {
      table.update(own === null ? workers : [...workers, ownRow(own, pid)])
    },
  }
}

/**
 * The state of a worker as colour and as text.
 *
 * @param {HTMLElement} cell
 * @param {string} phase
 */
export function drawState(cell, phase) {
  const badge = cell.querySelector('.state') ?? cell.appendChild(html('span', { class: 'state' }))
  say(badge, phase)
  set(badge, 'data-phase', phase)
}

/**
 * @param {HTMLElement} cell
 * @param {string} text
 * @param {Sparkline} spark
 * @param {WorkerView} [row]
 */
function drawSpark(cell, text, spark, row) {
  if (row?.slot === supervisor) return
  if (cell.childElementCount === 0) cell.append(spark.element, html('span'))
  const [, number] = cell.children
  if (number !== undefined) say(number, text)
  spark.draw()
}

/**
 * @param {number} incarnation
 * @param {number | null} pid
 */
function processOf(incarnation, pid) {
  if (incarnation === 0) return pid === null ? '' : `pid ${pid}`
  return pid === null ? `no. ${incarnation}` : `no. ${incarnation}, pid ${pid}`
}

/**
 * @param {NonNullable<Frame['own']>} own
 * @param {number} pid
 * @returns {WorkerView}
 */
function ownRow({ rss, delayMs }, pid) {
  const nothing = { queued: null, inFlight: null, redelivered: null }
  return { slot: supervisor, group: '', phase: 'running', incarnation: 0, pid, restarts: 0, ...nothing, rss, delayMs }
}
