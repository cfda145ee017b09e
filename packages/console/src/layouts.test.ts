import { describe, expect, it } from '@jest/globals'
import { plan } from '../test/application.js'
import { layoutsOf } from './layouts.js'
import { planView } from './plan-view.js'
import type { Box, Layout } from './view.js'

const view = planView('fund-loads', plan)
const { wide, narrow } = await layoutsOf(view)

function contains(outer: Box | null | undefined, inner: Box | null | undefined): boolean {
  if (!outer || !inner) return false
  const right = inner.x + inner.width <= outer.x + outer.width
  return right && inner.x >= outer.x && inner.y >= outer.y && inner.y + inner.height <= outer.y + outer.height
}

const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

describe.each<[string, Layout | null]>([
  ['wide', wide],
  ['narrow', narrow],
])('the %s layout', (_, layout) => {
  it('has each node in the box of its group, and no node over another', () => {
    expect(view.nodes.map(({ group }, node) => contains(layout?.groups[group], layout?.nodes[node]))).toEqual(
      view.nodes.map(() => true),
    )
    const nodes = layout?.nodes ?? []
    expect(nodes.flatMap((one, index) => nodes.slice(index + 1).filter((other) => overlap(one, other)))).toEqual([])
  })

  it('draws each edge from the border of one node to the border of the other, and has room for its numbers', () => {
    const grown = (box: Box | undefined): Box | undefined =>
      box && { x: box.x - 0.5, y: box.y - 0.5, width: box.width + 1, height: box.height + 1 }
    const point = (at: readonly [number, number] | undefined): Box | undefined =>
      at && { x: at[0], y: at[1], width: 0, height: 0 }
    const ends = view.edges.map(({ from, to }, edge) => {
      const points = layout?.edges[edge]?.points ?? []
      return [
        contains(grown(layout?.nodes[from]), point(points[0])),
        contains(grown(layout?.nodes[to]), point(points.at(-1))),
      ]
    })
    expect(ends).toEqual(view.edges.map(() => [true, true]))
    const labels = layout?.edges.map(({ label }) => label?.height ?? 0)
    expect(labels).toEqual([15, 30, 15, 30, 0, 15])
  })

  it('fits into itself', () => {
    const whole = { x: 0, y: 0, width: layout?.width ?? 0, height: layout?.height ?? 0 }
    expect(layout?.groups.map((group) => contains(whole, group))).toEqual([true, true, true])
  })
})

it('the wide layout goes from left to right, the narrow one from top to bottom', () => {
  expect(wide?.width).toBeGreaterThan(wide?.height ?? 0)
  expect(narrow?.height).toBeGreaterThan(narrow?.width ?? 0)
  expect(narrow?.width).toBeLessThan(400)
})

it('a graph without nodes is laid out too', async () => {
  const empty = { ...view, nodes: [], edges: [] }
  expect((await layoutsOf(empty)).wide).toMatchObject({ nodes: [], edges: [], groups: [null, null, null] })
})
