import { html, say, set } from './elements.js'
import { count, memory, rate, sum } from './numbers.js'
import { createSparkline } from './sparkline.js'

/** @typedef {import('../src/view.js').Frame} Frame */

/**
 * @typedef {object} Total
 * @property {string} label
 * @property {(frame: Frame) => number | null} value
 * @property {(value: number | null) => string} format
 * @property {number} [spark] draws the last two minutes; this much fills the height at least
 * @property {'bad' | 'warn'} [mark] how it is marked where it is more than 0
 */

/** @type {readonly Total[]} */
const totals = [
  { label: 'Handled', value: ({ flows }) => rates(flows.nodes), format: rate, spark: 1 },
  { label: 'Requests', value: ({ flows }) => rates(flows.outcomes), format: rate, spark: 1 },
  { label: 'In flight', value: ({ workers }) => sum(workers.map(({ inFlight }) => inFlight)), format: count, spark: 4 },
  { label: 'Queued', value: ({ flows }) => sum(flows.nodes.map(({ queued }) => queued)), format: count, spark: 4 },
  { label: 'Memory', value: allMemory, format: memory },
  { label: 'Failed', value: ({ flows }) => all(flows.failures), format: count, mark: 'bad' },
  { label: 'Refused', value: ({ flows }) => all(flows.refusals), format: count, mark: 'warn' },
  {
    label: 'Restarts',
    value: ({ workers }) => sum(workers.map(({ restarts }) => restarts)),
    format: count,
    mark: 'warn',
  },
]

/** @param {HTMLElement} list */
export function createTotals(list) {
  const shown = totals.map((total) => {
    const number = html('span', { class: 'value' })
    const spark = total.spark === undefined ? undefined : createSparkline(total.spark)
    list.append(
      html(
        'div',
        {},
        html('dt', {}, total.label),
        html('dd', {}, number, ...(spark === undefined ? [] : [spark.element])),
      ),
    )
    return { ...total, number, spark }
  })
  return {
    /** @param {Frame} frame */
    record(frame) {
      for (const { value, spark } of shown) spark?.add(frame.at, value(frame))
    },
    /** @param {Frame} frame */
    draw(frame) {
      for (const { value, format, number, spark, mark } of shown) {
        const now = value(frame)
        say(number, format(now))
        set(number, 'data-mark', mark !== undefined && (now ?? 0) > 0 ? mark : null)
        spark?.draw()
      }
    },
  }
}

/** @param {readonly { readonly rate: number | null }[]} flows */
function rates(flows) {
  return flows.every((flow) => flow.rate === null)
    ? flows.length === 0
      ? 0
      : null
    : sum(flows.map((flow) => flow.rate))
}

/** @param {readonly { readonly total: number }[]} counts */
function all(counts) {
  return sum(counts.map(({ total }) => total))
}

/** @param {Frame} frame */
function allMemory({ workers, own }) {
  const known = [...workers.map(({ rss }) => rss), own?.rss ?? null]
  return known.every((bytes) => bytes === null) ? null : sum(known)
}
