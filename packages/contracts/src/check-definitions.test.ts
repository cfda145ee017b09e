import { describe, expect, it } from '@jest/globals'
import { defineApp, defineModule } from './app.js'
import { defineBytes, defineMessage } from './message.js'
import { defineNode } from './node.js'
import { defineService, token } from './service.js'
import { defineSink } from './sink.js'
import { defineSource } from './source.js'
import { defineState } from './state.js'
import { Type } from './type.js'

const Quote = defineMessage('shop.quote', Type.Object({}))
const Total = defineState('shop.total', Type.Integer())
const name = 'a'
const handle = () => undefined

/** What a module in JavaScript may hand over, or one whose import is not there yet. */
const wrong = (value: unknown) => value as never // the type checker would refuse it

/** Options that a module in JavaScript may give beside others. */
const more = (options: object): Readonly<Record<never, never>> => options

describe('A definition that is made of something else', () => {
  it.each([
    [
      () => defineNode({ name, consumes: wrong(undefined), handle }),
      "Node 'a' consumes something that is no message type (got undefined); give what defineMessage or defineBytes returns; modules that import each other see undefined",
    ],
    [
      () => defineNode({ name, consumes: [Quote, wrong(null)], handle }),
      "Node 'a' consumes something that is no message type (got null); give what defineMessage or defineBytes returns",
    ],
    [
      () => defineNode({ name, consumes: Quote, emits: wrong(Quote), handle }),
      "Node 'a' emits object where a list belongs; put it between [ and ]",
    ],
    [
      () => defineNode({ name, consumes: Quote, requests: [wrong('shop.quote')], handle }),
      "Node 'a' requests something that is no message type (got string); give what defineMessage or defineBytes returns",
    ],
    [
      () => defineNode({ name, consumes: Quote, inject: { rates: wrong(Quote) }, handle }),
      "'a' injects as 'rates' something that is no token (got object); give what token returns",
    ],
    [
      () => defineNode({ name, consumes: Quote, handle: wrong(undefined) }),
      "Node 'a' has no function handle (got undefined)",
    ],
    [
      () => defineNode({ name, consumes: Quote, handle, onError: wrong('ignore') }),
      `Node 'a' has onError: "ignore"; it must be one of fail, drop, dead_letter`,
    ],
    [
      () => defineNode({ name, consumes: Quote, handle, runner: wrong('gpu') }),
      `Node 'a' has runner: "gpu"; it must be one of cpu, io`,
    ],
    [
      () => defineSink({ name, consumes: Quote, open: wrong(handle), tags: wrong('slow') }),
      `Sink 'a' has tags: "slow"; it must be a list of texts`,
    ],
    [
      () => defineSource({ name, emits: wrong(undefined), read: () => [] }),
      "Source 'a' emits undefined where a list belongs; put it between [ and ]",
    ],
    [() => defineSource({ name, emits: [Quote], read: wrong([]) }), "Source 'a' has no function read (got object)"],
    [
      () => defineSink({ name, consumes: Quote, open: wrong(undefined) }),
      "Sink 'a' has no function open (got undefined)",
    ],
    [
      () => defineService(wrong('shop.rates'), () => 1),
      'A service provides something that is no token (got string); give what token returns',
    ],
    [
      () => defineModule('shop', [defineService(token('b'), () => 1), wrong(undefined)]),
      "Module 'shop' has something that is no part (got undefined); give what defineNode, defineSource, defineSink, defineService or defineModule returns; modules that import each other see undefined",
    ],
    [
      () => defineApp('shop', [wrong(Quote)]),
      "App 'shop' has something that is no part (got object); give what defineNode, defineSource, defineSink, defineService or defineModule returns",
    ],
    [
      () => defineNode({ name, consumes: Quote, handle, ...more({ on_error: 'drop' }) }),
      "Node 'a' has no option 'on_error'; did you mean 'onError'?",
    ],
    [
      () => defineNode({ name, consumes: Quote, handle, state: { total: wrong({ type: Total }) } }),
      "State 'total' of node 'a' has no function keys (got undefined)",
    ],
    [
      () => defineNode({ name, consumes: Quote, handle, state: { total: wrong({ type: Quote, keys: () => [] }) } }),
      "State 'total' of node 'a' has something that is no state type (got object); give what defineState returns",
    ],
    [
      () => defineSource({ name, emits: [Quote], read: () => [], ...more({ consumes: Quote }) }),
      "Source 'a' has no option 'consumes'; there are 'stage', 'tags', 'runner', 'name', 'emits', 'inject', 'config', 'read'",
    ],
    [
      () => defineSink({ name, consumes: Quote, open: wrong(handle), ...more({ tag: [] }) }),
      "Sink 'a' has no option 'tag'; did you mean 'tags'?",
    ],
    [
      () => defineMessage('b', Type.Object({}), wrong({ replay: true })),
      "Message type 'b' has no option 'replay'; did you mean 'reply'?",
    ],
    [
      () => defineBytes('b', wrong({ media_type: 'text/csv' })),
      "Message type 'b' has no option 'media_type'; did you mean 'mediaType'?",
    ],
    [
      () => defineService(token('b'), { create: () => 1, ...more({ dispose: handle }) }),
      "Service 'b' has no option 'dispose'; there are 'inject', 'scope', 'create', 'close'",
    ],
    [() => defineService(token('b'), wrong(3)), "Service 'b' has no function create (got undefined)"],
  ])('is refused by name: %#', (define, message) => {
    expect(define).toThrow(new TypeError(message))
  })

  it('may be a copy of another with something changed', () => {
    const node = defineNode({ name, consumes: Quote, handle })
    expect(defineNode({ ...more(node), name: 'b', consumes: Quote, handle })).toMatchObject({
      name: 'b',
      consumes: [Quote],
    })
  })
})
