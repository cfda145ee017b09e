import { describe, expect, it } from '@jest/globals'
import type { RootStart, Tracing } from '@millrace/contracts'
import { createTracing } from './create-tracing.js'
import type { RecordedSpan } from './recorded-span.js'
import { createSpanIds } from './span-ids.js'

const request: RootStart = { kind: 'request', name: 'shop.quote', traceId: undefined, parent: undefined }

/** A process that traces, and the spans that have ended in it. */
function process(sampleRatio: number): Tracing & { readonly ended: readonly RecordedSpan[] } {
  const ended: RecordedSpan[] = []
  return { ...createTracing(sampleRatio, [{ ended: (span) => ended.push(span) }]), ended }
}

const remote = (flags: string) => `00-${'a1'.repeat(16)}-${'b2'.repeat(8)}-${flags}`

describe('createTracing', () => {
  it('follows a parent that is sampled, whatever the ratio', () => {
    expect(process(0).root({ ...request, parent: remote('01') })).toMatchObject({
      traceId: 'a1'.repeat(16),
      parentId: 'b2'.repeat(8),
    })
  })

  it('records nothing of a parent that is not sampled, whatever the ratio', () => {
    expect(process(1).root({ ...request, parent: remote('00') })).toBeUndefined()
  })

  it.each(['', 'nonsense', remote('zz'), `00-${'0'.repeat(32)}-${'b2'.repeat(8)}-01`])(
    'decides by the ratio where the parent is malformed: %p',
    (parent) => {
      expect(process(1).root({ ...request, parent })).toMatchObject({ parentId: undefined })
      expect(process(0).root({ ...request, parent })).toBeUndefined()
    },
  )

  it('puts a root into the trace that it is told', () => {
    const traceId = '5'.repeat(32)
    expect(process(1).root({ ...request, traceId })).toMatchObject({ traceId, parentId: undefined })
  })

  it('decides alike in every process for the same trace', () => {
    const ids = createSpanIds()
    const traces = Array.from({ length: 2_000 }, () => ids.trace())
    const decisions = (of: Tracing) => traces.map((traceId) => of.root({ ...request, traceId }) !== undefined)
    expect(decisions(process(0.3))).toEqual(decisions(process(0.3)))
  })

  it.each([0, 0.01, 0.1, 0.5, 0.9, 1])('samples about the share of the roots that it is told: %p', (ratio) => {
    const { root } = process(ratio)
    const roots = 20_000
    const sampled = Array.from({ length: roots }, () => root(request)).filter((span) => span !== undefined).length
    // Six standard deviations: fails once in a billion runs.
    const tolerance = 6 * Math.sqrt(ratio * (1 - ratio) * roots)
    expect(Math.abs(sampled - ratio * roots)).toBeLessThanOrEqual(tolerance)
  })

  it('always records nodes and hops, of which the root has decided in another process', () => {
    const { node, hop, ended } = process(0)
    const parent = { traceId: 'a1'.repeat(16), spanId: 'b2'.repeat(8) }
    node(parent, 'price', 'shop.quote').end()
    hop(parent, { from: 'pricing', to: 'audit', peer: 'audit#1', type: 'shop.price', repeats: undefined }).end()
    expect(ended.map(({ kind, name, traceId, parentId }) => [kind, name, traceId, parentId])).toEqual([
      ['node', 'price', parent.traceId, parent.spanId],
      ['hop', 'audit', parent.traceId, parent.spanId],
    ])
  })

  it('ends a span once', () => {
    const { root, ended } = process(1)
    const span = root(request)
    span?.end()
    span?.end()
    expect(ended).toHaveLength(1)
  })
})

describe('createSpanIds', () => {
  it('makes ids of W3C, none twice', () => {
    const ids = createSpanIds()
    const many = Array.from({ length: 10_000 }, () => [ids.trace(), ids.span()] as const)
    expect(many.every(([trace, span]) => /^[0-9a-f]{32}$/.test(trace) && /^[0-9a-f]{16}$/.test(span))).toBe(true)
    expect(new Set(many.flat()).size).toBe(20_000)
  })
})
