import { html, say, set } from './elements.js'
import { count, duration, rate } from './numbers.js'
import { createSparkline } from './sparkline.js'
import { createTable } from './table.js'

/**
 * @typedef {import('../src/view.js').Frame} Frame
 * @typedef {import('../src/view.js').PlanView} PlanView
 * @typedef {import('../src/view.js').NodeFlow} NodeFlow
 * @typedef {import('../src/view.js').HopFlow} HopFlow
 * @typedef {import('../src/view.js').Count} Count
 */

/**
 * The table that says of each node what the drawing says of it.
 *
 * @param {HTMLElement} section
 * @param {PlanView} plan
 */
export function createNodes(section, plan) {
  const sparks = plan.nodes.map(() => createSparkline(1))
  /** @typedef {NodeFlow & { index: number }} Row */
  const nodeOf = (/** @type {Row} */ { index }) => plan.nodes[index]
  /** @type {readonly import('./table.js').Column<Row>[]} */
  const columns = [
    { label: 'Node', kind: 'title', text: (row) => nodeOf(row)?.name ?? '' },
    { label: 'Kind', kind: 'text', text: (row) => nodeOf(row)?.kind ?? '' },
    { label: 'Group', kind: 'text', text: (row) => plan.groups[nodeOf(row)?.group ?? 0]?.name ?? '' },
    {
      label: 'Rate',
      kind: 'number',
      draw: ({ index, rate: now }, cell) => {
        const spark = sparks[index]
        if (spark === undefined) return
        if (cell.childElementCount === 0) cell.append(spark.element, html('span'))
        say(/** @type {Element} */ (cell.lastElementChild), rate(now))
        spark.draw()
      },
    },
    { label: 'Handled', kind: 'number', text: ({ total }) => count(total) },
    { label: 'Queue', kind: 'number', text: ({ queued }) => count(queued) },
    { label: 'Waits', kind: 'number', text: ({ lagMs }) => (lagMs === 0 ? '' : duration(lagMs)) },
  ]
  const table = createTable('Nodes', columns, (row) => nodeOf(row)?.name ?? '', 'No numbers yet.')
  section.append(table.element)
  return {
    /** @param {Frame} frame */
    record({ at, flows }) {
      for (const [index, spark] of sparks.entries()) spark.add(at, flows.nodes[index]?.rate ?? null)
    },
    /** @param {Frame} frame */
    draw({ flows }) {
      table.update(flows.nodes.map((flow, index) => ({ ...flow, index })))
    },
  }
}

/** @param {HTMLElement} section */
export function createHops(section) {
  /** @type {readonly import('./table.js').Column<HopFlow>[]} */
  const columns = [
    { label: 'From and to', kind: 'title', text: ({ from, to }) => `${from || 'outside'} → ${to || 'outside'}` },
    { label: 'Rate', kind: 'number', text: ({ rate: now }) => rate(now) },
    { label: 'p50', kind: 'number', text: ({ p50Ms }) => duration(p50Ms) },
    { label: 'p99', kind: 'number', text: ({ p99Ms }) => duration(p99Ms) },
  ]
  const table = createTable(
    'Hops',
    columns,
    ({ from, to }) => `${from} ${to}`,
    'Nothing has gone from one group to another yet.',
  )
  section.append(table.element)
  return {
    /** @param {Frame} frame */
    draw: ({ flows }) => table.update(flows.hops),
  }
}

/**
 * What was refused, what failed, and what was lost.
 *
 * @param {HTMLElement} section
 * @param {PlanView} plan
 */
export function createProblems(section, plan) {
  /** @typedef {Count & { what: 'refused' | 'failed' | 'ended' | 'counted' }} Row */
  /** @type {readonly import('./table.js').Column<Row>[]} */
  const columns = [
    {
      label: 'What',
      kind: 'title',
      draw: ({ name, what }, cell) => {
        if (cell.childElementCount === 0) cell.append(html('span', { class: 'code' }), html('span', { class: 'says' }))
        const [code, says] = cell.children
        if (code !== undefined) say(code, name.replaceAll('_', name === name.toUpperCase() ? '_' : ' '))
        if (says !== undefined) say(says, plan.codes[name] ?? (what === 'ended' ? 'requests' : ''))
      },
    },
    {
      label: 'How',
      kind: 'text',
      draw: ({ what }, cell) => {
        say(cell, what)
        set(cell, 'data-mark', what === 'failed' ? 'bad' : what === 'refused' ? 'warn' : null)
      },
    },
    { label: 'Count', kind: 'number', text: ({ total }) => count(total) },
    { label: 'Now', kind: 'number', text: ({ rate: now }) => rate(now) },
  ]
  const table = createTable(
    'Refused and failed',
    columns,
    ({ name, what }) => `${what} ${name}`,
    'Nothing was refused, and nothing failed.',
  )
  section.append(table.element)
  return {
    /** @param {Frame} frame */
    draw({ flows }) {
      const as = (/** @type {readonly Count[]} */ counts, /** @type {Row['what']} */ what) =>
        counts.map((row) => ({ ...row, what }))
      table.update([
        ...as(flows.refusals, 'refused'),
        ...as(flows.failures, 'failed'),
        ...as(
          flows.outcomes.filter(({ name }) => name !== 'replied' && name !== 'completed'),
          'ended',
        ),
        ...as(flows.losses, 'counted'),
      ])
    },
  }
}
