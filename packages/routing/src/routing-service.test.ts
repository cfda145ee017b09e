import { describe, expect, it } from '@jest/globals'
import { createEventEmitter, MillraceError, type MillraceEvent } from '@millrace/contracts'
import { drawGraph } from '../test/draw-graph.js'
import { createRoutingService, type RoutingOptions } from './index.js'

const outside = -1

/** A shop: quotes are priced, prices are audited and mailed and may answer a request, ticks nobody but their clock wants. */
const shop = drawGraph(
  {
    intake: { emits: ['quote'] },
    price: { consumes: ['quote'], emits: ['price', 'spare'] },
    audit: { consumes: ['price', 'quote'] },
    clock: { consumes: ['tick'], emits: ['tick'] },
    mail: { consumes: ['price', 'receipt'], emits: ['price', 'receipt'] },
  },
  ['price', 'pong'],
)
const nodes = Object.fromEntries(shop.nodes.map(({ name }, index) => [name, index]))
const types = Object.fromEntries(shop.types.map(({ name }, index) => [name, index]))

/** Look-ups by name, told by name. */
function named(options: Omit<RoutingOptions, 'graph'> = {}) {
  const service = createRoutingService({ graph: shop, ...options })
  const resolve = (emitter: string, type: string, target?: string) =>
    service.resolve(emitter === 'outside' ? outside : (nodes[emitter] ?? NaN), types[type] ?? NaN, target)
  const told = (emitter: string, type: string, target?: string) =>
    resolve(emitter, type, target).map((delivery) =>
      delivery.kind === 'terminal' ? 'terminal' : `${delivery.kind} ${shop.nodes[delivery.node]?.name}`,
    )
  return { service, resolve, told }
}

function failure(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}

describe('routes', () => {
  it('ROUTE-01 a message goes to every consumer of its type, in declared order', () => {
    const { told } = named()
    expect(told('intake', 'quote')).toEqual(['local price', 'local audit'])
    expect(told('outside', 'quote')).toEqual(['local price', 'local audit'])
  })

  it('ROUTE-01 the emitter does not get its own message', () => {
    expect(named().told('mail', 'price')).toEqual(['local audit', 'terminal'])
  })

  it('ROUTE-02 an explicit target overrides routing by type', () => {
    const { told } = named()
    expect(told('intake', 'quote', 'audit')).toEqual(['local audit'])
    expect(told('price', 'price', 'mail')).toEqual(['local mail'])
  })

  it.each([
    {
      given: ['price', 'price', 'audti'] as const,
      code: 'ROUTE_UNKNOWN_TARGET',
      detail: "node 'price' sends a 'price' to 'audti', which is no node; did you mean 'audit'?",
      facts: { type: 'price', node: 'price', target: 'audti' },
    },
    {
      given: ['outside', 'quote', ''] as const,
      code: 'ROUTE_UNKNOWN_TARGET',
      detail:
        "someone outside the graph sends a 'quote' to '', which is no node; there are 'intake', 'price', 'audit', 'clock', 'mail'",
      facts: { type: 'quote', target: '' },
    },
    {
      given: ['intake', 'quote', 'mail'] as const,
      code: 'ROUTE_TARGET_REFUSES_TYPE',
      detail:
        "node 'intake' sends a 'quote' to 'mail', which does not consume it; 'mail' consumes 'price', 'receipt', and the type is consumed by 'price', 'audit'",
      facts: { type: 'quote', node: 'intake', target: 'mail' },
    },
    {
      given: ['price', 'spare', 'intake'] as const,
      code: 'ROUTE_TARGET_REFUSES_TYPE',
      detail:
        "node 'price' sends a 'spare' to 'intake', which does not consume it; 'intake' consumes nothing, and the type is consumed by nothing",
      facts: { type: 'spare', node: 'price', target: 'intake' },
    },
    {
      given: ['price', 'spare'] as const,
      code: 'ROUTE_NO_CONSUMER',
      detail:
        "node 'price' sends a 'spare', which nothing consumes; add a node that does, or define the type with { reply: true }",
      facts: { type: 'spare', node: 'price' },
    },
    {
      given: ['clock', 'tick'] as const,
      code: 'ROUTE_SELF_LOOP',
      detail: "the only consumer of 'tick' is 'clock', which emits it; let another node consume it",
      facts: { type: 'tick', node: 'clock' },
    },
    {
      given: ['mail', 'price', 'mail'] as const,
      code: 'ROUTE_SELF_LOOP',
      detail: "node 'mail' sends a 'price' to itself; name another target, or do the work where it is",
      facts: { type: 'price', node: 'mail', target: 'mail' },
    },
  ])('ROUTE-03 $given is $code', ({ given, code, detail, facts }) => {
    const [emitter, type, target] = given
    const error = failure(() => named().resolve(emitter, type, target))
    expect(error).toBeInstanceOf(MillraceError)
    expect(error).toMatchObject({ code, message: `${code}: ${detail}`, facts })
  })

  it('ROUTE-04 with every node here deliveries are local, each with its edge; a reply type may end at its waiter', () => {
    const { resolve } = named()
    const edge = (from: string, to: string, type: string) =>
      shop.edges.findIndex((one) => one.from === nodes[from] && one.to === nodes[to] && one.type === types[type])
    expect(resolve('price', 'price')).toEqual([
      { kind: 'local', node: nodes.audit, edge: edge('price', 'audit', 'price') },
      { kind: 'local', node: nodes.mail, edge: edge('price', 'mail', 'price') },
      { kind: 'terminal', type: types.price },
    ])
    expect(resolve('price', 'price', 'audit')).toHaveLength(1)
    expect(resolve('outside', 'quote', 'price')).toEqual([{ kind: 'local', node: nodes.price, edge: -1 }])
    expect(resolve('price', 'pong')).toEqual([{ kind: 'terminal', type: types.pong }])
  })

  it('ROUTE-04 a node of another group is reached over its hop', () => {
    const groupOf = [0, 1, 1, 1, 2]
    const edges = [...shop.edges.keys()]
    const crossing = edges.filter((edge) => groupOf[shop.edges[edge]?.from ?? 0] !== groupOf[shop.edges[edge]?.to ?? 0])
    const hops = crossing.reverse().map((edge) => ({
      edge,
      fromGroup: groupOf[shop.edges[edge]?.from ?? 0] ?? 0,
      toGroup: groupOf[shop.edges[edge]?.to ?? 0] ?? 0,
      choose: 'single' as const,
    }))
    const [ingress, features] = [0, 1].map((here) => named({ groupOf, hops, here }))
    const hopTo = (from: string, to: string) =>
      hops.findIndex(({ edge }) => shop.edges[edge]?.from === nodes[from] && shop.edges[edge]?.to === nodes[to])
    expect(ingress?.resolve('intake', 'quote')).toEqual([
      { kind: 'boundary', node: nodes.price, edge: 0, hop: hopTo('intake', 'price'), group: 1 },
      { kind: 'boundary', node: nodes.audit, edge: 1, hop: hopTo('intake', 'audit'), group: 1 },
    ])
    expect(features?.told('price', 'price')).toEqual(['local audit', 'boundary mail', 'terminal'])
    expect(features?.told('price', 'price', 'mail')).toEqual(['boundary mail'])
    expect(ingress?.resolve('outside', 'quote', 'price')).toEqual([
      { kind: 'boundary', node: nodes.price, edge: -1, hop: -1, group: 1 },
    ])
  })

  it('outcomes are frozen and shared', () => {
    const { resolve } = named()
    const deliveries = resolve('price', 'price')
    expect(resolve('price', 'price')).toBe(deliveries)
    expect(Object.isFrozen(deliveries) && deliveries.every((delivery) => Object.isFrozen(delivery))).toBe(true)
  })

  it.each([
    [5, 0, 'the graph has no node 5'],
    [-2, 0, 'the graph has no node -2'],
    [0.5, 0, 'the graph has no node 0.5'],
    [0, 6, 'the graph has no message type 6'],
    [0, -1, 'the graph has no message type -1'],
  ])('refuses what the graph does not have: node %p, type %p', (emitter, type, message) => {
    expect(() => createRoutingService({ graph: shop }).resolve(emitter, type)).toThrow(new RangeError(message))
  })

  it('refuses groups and hops that do not fit the graph', () => {
    const make = (groupOf: readonly number[]) => () => createRoutingService({ graph: shop, groupOf, here: 0 })
    expect(make([0, 0, 0])).toThrow(new RangeError('node 3 has no group: graph and plan do not fit together'))
    expect(make([0, 1, 0, 0, 0])).toThrow(
      new RangeError('edge 0 leads to another group and has no hop: graph and plan do not fit together'),
    )
  })
})

describe('the route cache', () => {
  it('ROUTE-CACHE-01 the first look-up misses, the second hits', () => {
    const { service, told } = named()
    expect(service.stats()).toEqual({ hits: 0, misses: 0, entries: 0, version: 1 })
    const first = told('intake', 'quote')
    expect(service.stats()).toEqual({ hits: 0, misses: 1, entries: 1, version: 1 })
    expect(told('intake', 'quote')).toEqual(first)
    expect(service.stats()).toEqual({ hits: 1, misses: 1, entries: 1, version: 1 })
  })

  it('ROUTE-CACHE-01 a failed look-up is remembered too, and thrown anew', () => {
    const { service, resolve } = named()
    const [first, second] = [1, 2].map(() => failure(() => resolve('price', 'spare')))
    expect(service.stats()).toMatchObject({ hits: 1, misses: 1, entries: 1 })
    expect(second).toEqual(first)
    expect(second).not.toBe(first)
  })

  it('ROUTE-CACHE-01 without the negative cache failed look-ups are worked out each time', () => {
    const { service, resolve } = named({ cache: { negative_cache: false } })
    const [first, second] = [1, 2].map(() => failure(() => resolve('price', 'spare')))
    expect(second).toEqual(first)
    expect(service.stats()).toMatchObject({ hits: 0, misses: 2, entries: 0 })
  })

  it('look-ups with a target, even an empty one, are told from those without', () => {
    const { told } = named()
    expect(told('intake', 'quote')).toEqual(['local price', 'local audit'])
    expect(told('intake', 'quote', 'audit')).toEqual(['local audit'])
    expect(failure(() => told('intake', 'quote', ''))).toMatchObject({ code: 'ROUTE_UNKNOWN_TARGET' })
    expect(told('intake', 'quote')).toEqual(['local price', 'local audit'])
  })

  it('ROUTE-CACHE-02 a new version forgets every entry, the failed ones too; an old one is no news', () => {
    const events: MillraceEvent[] = []
    const emitter = createEventEmitter()
    emitter.subscribe((event) => events.push(event))
    const { service, resolve } = named({ version: 7, events: emitter })
    const lookUp = () => [resolve('intake', 'quote'), failure(() => resolve('price', 'spare'))]
    lookUp()
    expect(service.invalidate(7)).toBe(false)
    expect(service.invalidate(6)).toBe(false)
    expect(service.stats()).toMatchObject({ entries: 2, version: 7 })
    expect(service.invalidate(8)).toBe(true)
    expect(service.stats()).toMatchObject({ entries: 0, version: 8 })
    lookUp()
    expect(service.stats()).toEqual({ hits: 0, misses: 4, entries: 2, version: 8 })
    expect(events.map(({ name, facts }) => ({ name, facts }))).toEqual([
      { name: 'route_cache.invalidated', facts: { version: 8, entries: 2 } },
    ])
  })

  it('ROUTE-CACHE-02 a new table counts from now on, an old one is left aside', () => {
    const service = createRoutingService({ graph: drawGraph({ a: { emits: ['x'] }, b: { consumes: ['x'] } }) })
    const wider = drawGraph({ a: { emits: ['x', 'y'] }, b: { consumes: ['x'] }, c: { consumes: ['y', 'x'] } })
    const consumers = () => service.resolve(0, 0).length
    expect([consumers(), failure(() => service.resolve(0, 0, 'c'))]).toEqual([
      1,
      expect.objectContaining({ code: 'ROUTE_UNKNOWN_TARGET' }),
    ])
    expect(service.update({ graph: wider }, 1)).toBe(false)
    expect(consumers()).toBe(1)
    expect(service.update({ graph: wider }, 2)).toBe(true)
    expect([consumers(), service.resolve(0, 0, 'c')]).toEqual([2, [{ kind: 'local', node: 2, edge: 1 }]])
  })

  it('ROUTE-CACHE-02 a table that does not fit is refused and the one at hand stays', () => {
    const { service, told } = named({ here: 0, groupOf: [0, 0, 0, 0, 0] })
    expect(() => service.update({ graph: shop, groupOf: [0] }, 2)).toThrow(RangeError)
    expect(told('intake', 'quote')).toEqual(['local price', 'local audit'])
    expect(service.stats().version).toBe(1)
  })

  it('ROUTE-CACHE-03 disabled, it changes no outcome and counts nothing', () => {
    const { service, told, resolve } = named({ cache: { enabled: false } })
    expect([told('intake', 'quote'), told('intake', 'quote')]).toEqual([
      ['local price', 'local audit'],
      ['local price', 'local audit'],
    ])
    expect(failure(() => resolve('price', 'spare'))).toMatchObject({ code: 'ROUTE_NO_CONSUMER' })
    expect(service.stats()).toEqual({ hits: 0, misses: 0, entries: 0, version: 1 })
  })

  it('ROUTE-CACHE-04 it never holds more than max_entries', () => {
    const { service, resolve } = named({ cache: { max_entries: 3 } })
    const sizes = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((target) => {
      failure(() => resolve('intake', 'quote', target))
      return service.stats().entries
    })
    expect(sizes).toEqual([1, 2, 3, 1, 2, 3, 1])
  })

  it.each([0, -1, Number.NaN])('refuses max_entries of %p', (max_entries) => {
    expect(() => named({ cache: { max_entries } })).toThrow(RangeError)
  })
})
