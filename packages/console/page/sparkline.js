import { set, svg } from './elements.js'

const spanMs = 120_000
const width = 96
const height = 20

/**
 * The last two minutes of a number.
 *
 * @typedef {object} Sparkline
 * @property {SVGSVGElement} element
 * @property {(at: number, value: number | null) => void} add
 * @property {() => void} draw
 */

/**
 * @param {number} least what fills the whole height at least, so that noise looks like noise
 * @returns {Sparkline}
 */
export function createSparkline(least) {
  /** @type {{ at: number, value: number | null }[]} */
  const points = []
  const area = svg('path', { class: 'area' })
  const line = svg('path', { class: 'line' })
  const element = svg(
    'svg',
    {
      class: 'spark',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    area,
    line,
  )
  return {
    element,
    add(at, value) {
      points.push({ at, value })
      while ((points[0]?.at ?? at) < at - spanMs) points.shift()
    },
    draw() {
      const last = points.at(-1)
      if (last === undefined) return
      const most = Math.max(least, ...points.map(({ value }) => value ?? 0))
      const x = (/** @type {number} */ at) => (width - 1 - ((last.at - at) / spanMs) * (width - 1)).toFixed(1)
      const y = (/** @type {number} */ value) => (height - 1 - (value / most) * (height - 2)).toFixed(1)
      const stretches = stretchesOf(points)
      set(line, 'd', stretches.map((part) => `M${part.map((p) => `${x(p.at)} ${y(p.value)}`).join('L')}`).join(''))
      set(
        area,
        'd',
        stretches
          .map(
            (part) =>
              `M${x(part[0]?.at ?? 0)} ${height}L${part.map((p) => `${x(p.at)} ${y(p.value)}`).join('L')}L${x(part.at(-1)?.at ?? 0)} ${height}Z`,
          )
          .join(''),
      )
    },
  }
}

/**
 * Where nothing was known there is a gap.
 *
 * @param {readonly { at: number, value: number | null }[]} points
 */
function stretchesOf(points) {
  /** @type {{ at: number, value: number }[][]} */
  const stretches = []
  let open = false
  for (const { at, value } of points) {
    if (value === null) {
      open = false
      continue
    }
    if (!open) stretches.push([])
    open = true
    stretches.at(-1)?.push({ at, value })
  }
  return stretches
}
