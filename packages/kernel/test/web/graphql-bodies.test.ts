import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { defineMessage, defineNode } from '@millrace/contracts'
import { Type } from 'typebox'
import { startWeb, type WebApplication } from './web-application.js'

const AnyShape = Type.Union([
  Type.String(),
  Type.Integer(),
  Type.Boolean(),
  Type.Null(),
  Type.Array(Type.Ref('Any')),
  Type.Record(Type.String(), Type.Ref('Any')),
])
const Ask = defineMessage(
  'shop.ask',
  Type.Object({
    sku: Type.String(),
    note: Type.Optional(Type.String()),
    gift: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    lines: Type.Optional(
      Type.Array(Type.Object({ sku: Type.String(), n: Type.Optional(Type.Integer({ minimum: 0, maximum: 9 })) })),
    ),
    any: Type.Optional(Type.Cyclic({ Any: AnyShape }, 'Any')),
  }),
)
const oldOrNull = Type.Unsafe<'old' | null>({ enum: ['old', null] })

/** What may be null, however a schema says it. */
const nullable = {
  word: oldOrNull,
  text: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
  nested: Type.Union([Type.Integer(), Type.Union([Type.String(), Type.Null()])]),
  words: Type.Array(oldOrNull),
}
const AskNull = defineMessage('shop.ask-null', Type.Object(nullable))
const ToldNull = defineMessage('shop.told-null', Type.Object(nullable), { reply: true })
const Told = defineMessage('shop.told', Type.Object({ text: Type.String() }), { reply: true })

let asked = 0

/** Tells what it was asked. */
const tell = defineNode({
  name: 'tell',
  consumes: Ask,
  emits: [Told],
  handle: (ask) => {
    asked++
    return Told.of({ text: JSON.stringify(ask) })
  },
})

/** Says what it is told. */
const echo = defineNode({ name: 'echo', consumes: AskNull, emits: [ToldNull], handle: (asked) => ToldNull.of(asked) })

const told = { request: 'shop.ask', response: 'shop.told' }

let app: WebApplication

beforeAll(async () => {
  const interfaces = [
    {
      kind: 'graphql',
      queries: { tell: told, echo: { request: 'shop.ask-null', response: 'shop.told-null' } },
      mutations: { change: told },
    },
  ]
  app = await startWeb({ runtime: { web: { interfaces } } }, { nodes: [tell, echo] })
})

afterAll(async () => {
  await app.stop()
})

async function send(body: string, type = 'application/json') {
  const headers = { origin: 'https://evil.example', ...(type === '' ? {} : { 'content-type': type }) }
  const bytes = new TextEncoder().encode(body) // fetch gives a text a type of its own
  const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers, body: bytes })
  return { status: response.status, text: await response.text() }
}

async function get(query: string, variables: string) {
  const response = await fetch(`${app.url}/graphql?${new URLSearchParams({ query, variables })}`)
  return { status: response.status, text: await response.text() }
}

/** The payload that the node got. */
async function got(query: string, variables: object = {}): Promise<unknown> {
  const { text } = await send(JSON.stringify({ query, variables }))
  const answer = JSON.parse(text) as { data?: { tell?: { text: string } } | null; errors?: unknown }
  return answer.data?.tell === undefined || answer.data.tell === null
    ? answer.errors
    : JSON.parse(answer.data.tell.text)
}

const mutation = 'mutation { change(sku: "tea") { text } }'

describe('what GraphQL takes', () => {
  it.each([
    ['application/x-www-form-urlencoded', `query=${encodeURIComponent(mutation)}`],
    ['text/plain', JSON.stringify({ query: mutation })],
    ['application/graphql', mutation],
    ['application/json-patch', JSON.stringify({ query: mutation })],
    [
      'multipart/form-data; boundary=b',
      `--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query: mutation })}\r\n--b\r\ncontent-disposition: form-data; name="map"\r\n\r\n{}\r\n--b--\r\n`,
    ],
    ['', JSON.stringify({ query: mutation })],
  ])('WEB-GQL-02 a body of type %p, which a page of any origin can send, changes nothing', async (type, body) => {
    const before = asked
    expect(await send(body, type)).toMatchObject({ status: 415 })
    expect(asked).toBe(before)
  })

  it.each(['application/json', 'application/json; charset=utf-8', 'application/graphql+json'])(
    'WEB-GQL-02 a body of %s is taken',
    async (type) => {
      const { status, text } = await send(JSON.stringify({ query: mutation }), type)
      expect([status, JSON.parse(text)]).toEqual([200, { data: { change: { text: '{"sku":"tea"}' } } }])
    },
  )

  it('WEB-GQL-02 a GET changes nothing', async () => {
    const before = asked
    expect(await get(mutation, '{}')).toMatchObject({ status: 405 })
    expect(asked).toBe(before)
  })
})

const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`
const withAny = 'query ($any: JSON) { tell(sku: "tea", any: $any) { text } }'
const body = (any: string): string => JSON.stringify({ query: withAny }).replace(/\}$/, `,"variables":{"any":${any}}}`)

describe('JSON in GraphQL obeys what JSON over HTTP obeys', () => {
  it.each([
    ['a key __proto__', () => send(body('{"k":{"__proto__":{"b":1}}}'))],
    ['a key __proto__ in escapes', () => send(body('{"\\u005f_proto__":{"b":1}}'))],
    ['more than 128 levels', () => send(body(deep(129)))],
    ['very many levels', () => send(body(deep(20_000)))],
    ['bytes that are no JSON', () => send('{')],
    ['a key __proto__ in a query', () => get(withAny, '{"any":{"__proto__":1}}')],
    ['more than 128 levels in a query', () => get(withAny, `{"any":${deep(200)}}`)],
  ])('WEB-GQL-02 %s is refused before anything is looked at', async (_what, ask) => {
    const before = asked
    const { status, text } = await ask()
    expect([status, JSON.parse(text)]).toMatchObject([400, { code: 'PAYLOAD_INVALID' }])
    expect(asked).toBe(before)
  })

  it.each([
    ['a key __proto__', '{ tell(sku: "tea", any: { k: { __proto__: { b: 1 } } }) { text } }'],
    ['a key __proto__ as a default', 'query ($a: JSON = { __proto__: 1 }) { tell(sku: "tea", any: $a) { text } }'],
    ['more than 128 levels', `{ tell(sku: "tea", any: ${deep(129)}) { text } }`],
  ])('WEB-GQL-02 %s in a document is refused', async (_what, query) => {
    const before = asked
    expect(await got(query)).toMatchObject([{ extensions: { code: 'PAYLOAD_INVALID', status: 400 } }])
    expect(asked).toBe(before)
  })

  it('WEB-GQL-02 a value in a document and a variable within it arrive as they are', async () => {
    const query = 'query ($a: JSON) { tell(sku: "tea", any: { list: [1, true, $a], word: up }) { text } }'
    expect(await got(query, { a: { b: null } })).toEqual({
      sku: 'tea',
      any: { list: [1, true, { b: null }], word: 'up' },
    })
  })
})

describe('null in GraphQL', () => {
  it.each([
    ['note: null', { sku: 'tea' }],
    ['note: $nothing', { sku: 'tea' }],
    ['gift: null', { sku: 'tea', gift: null }],
    ['lines: null', { sku: 'tea' }],
    ['lines: [{ sku: "a", n: null }, { sku: "b", n: 2 }]', { sku: 'tea', lines: [{ sku: 'a' }, { sku: 'b', n: 2 }] }],
  ])('WEB-GQL-01 %s is a field that is left out, where the message does not know null', async (args, payload) => {
    const query = `query ($nothing: String) { tell(sku: "tea", ${args}) { text } also: tell(sku: "a", note: $nothing) { text } }`
    expect(await got(query, { nothing: null })).toEqual(payload)
  })
})

describe('types that GraphQL does not allow', () => {
  const Nested = defineMessage('shop.order', Type.Object({ item: Type.Object({ sku: Type.String() }) }), {
    reply: true,
  })
  const Named = defineMessage('shop.order-item', Type.Object({ stock: Type.Integer() }), { reply: true })
  const nodes = [
    defineNode({ name: 'one', consumes: Ask, emits: [Nested], handle: () => Nested.of({ item: { sku: 'a' } }) }),
    defineNode({ name: 'other', consumes: Ask, emits: [Named], handle: () => Named.of({ stock: 1 }) }),
  ]

  const startWith = (queries: object): Promise<unknown> =>
    startWeb({ runtime: { web: { interfaces: [{ kind: 'graphql', queries }] } } }, { nodes: [tell, ...nodes] })

  it('WEB-GQL-01 two parts of one name are found at the start', async () => {
    const queries = {
      order: { request: 'shop.ask', response: 'shop.order' },
      item: { request: 'shop.ask', response: 'shop.order-item' },
    }
    const why = 'shop.order-item and shop.order.item would both be ShopOrderItem; rename one of them'
    await expect(startWith(queries)).rejects.toMatchObject({
      message: expect.stringContaining(why),
      facts: { code: 'CONFIG_INVALID' },
    })
  })

  it('WEB-GQL-01 a field of GraphQL’s own is found in the configuration', async () => {
    const refused = startWith({ __tell: told })
    await expect(refused).rejects.toThrow('runtime.web.interfaces[0].queries.__tell is no possible name')
    await expect(refused).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('what may be null', () => {
  it('WEB-GQL-01 is null in arguments and in replies, however its schema says so', async () => {
    const query =
      'query ($n: JSON) { echo(word: $n, text: $n, nested: $n, words: [$n, "old"]) { word text nested words } }'
    const { text } = await send(JSON.stringify({ query, variables: { n: null } }))
    expect(JSON.parse(text)).toEqual({
      data: { echo: { word: null, text: null, nested: null, words: [null, 'old'] } },
    })
  })
})
