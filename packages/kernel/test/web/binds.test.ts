import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { defineBytes, defineMessage, defineNode, type MessageType } from '@millrace/contracts'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Type } from 'typebox'
import { createRuntime } from '../../src/create-runtime.js'
import type { Runtime } from '../../src/runtime/runtime.js'
import { post, problem, webConfig } from './web-application.js'

const Seen = defineMessage('binds.seen', Type.Object({ payload: Type.String() }), { reply: true })
const Closed = defineMessage(
  'binds.closed',
  Type.Object({ sku: Type.String(), n: Type.Integer() }, { additionalProperties: false }),
)
const Order = defineMessage(
  'binds.order',
  Type.Object({ id: Type.String(), order: Type.Object({ n: Type.Integer() }) }),
)
const Both = defineMessage(
  'binds.both',
  Type.Intersect([Type.Object({ id: Type.Integer() }), Type.Object({ n: Type.Integer() })]),
)
const Either = defineMessage(
  'binds.either',
  Type.Union([Type.Object({ id: Type.Integer() }), Type.Object({ id: Type.Integer(), n: Type.Integer() })]),
)
const Ids = defineMessage('binds.ids', Type.Object({ ids: Type.Array(Type.Integer()) }))
const Problem = defineMessage('Problem', Type.Object({ problem: Type.String() }))
const Picture = defineBytes('binds.picture', { reply: true, mediaType: 'image/png' })

const tells = (name: string, type: MessageType) =>
  defineNode({ name, stage: 'work', consumes: type, emits: [Seen], handle: (payload) => seen(payload) })
const seen = (payload: unknown) => Seen.of({ payload: JSON.stringify(payload) })

const nodes = [
  tells('closed', Closed),
  tells('order', Order),
  tells('both', Both),
  tells('either', Either),
  tells('problem', Problem),
  defineNode({
    name: 'ids',
    stage: 'work',
    consumes: Ids,
    emits: [Seen, Picture],
    handle: (payload) => [seen(payload), Picture.of(Uint8Array.of(1, 2, 3))],
  }),
]

const http = (method: string, path: string, request: MessageType, binds: object = {}) => ({
  kind: 'http',
  method,
  path,
  request: request.name,
  response: Seen.name,
  binds,
})

const interfaces = [
  http('POST', '/closed', Closed, { sku: 'body.article' }),
  http('POST', '/orders/:id', Order, { order: 'body' }),
  http('GET', '/both/:id', Both),
  http('PUT', '/both/:id', Both),
  http('GET', '/either/:id', Either),
  http('GET', '/ids/:ids', Ids),
  http('GET', '/ids', Ids, { ids: 'header.X-Ids' }),
  http('DELETE', '/ids/:ids', Ids),
  http('GET', '/both/id', Both),
  http('POST', '/both/:number', Both, { id: 'path.number' }),
  http('POST', '/closed::all', Closed),
  http('GET', '/either/:id/again', Either, { id: 'query.id' }),
  http('POST', '/problems', Problem),
  { kind: 'http_stream', path: '/pictures', request: Ids.name, response: Picture.name },
]

let runtime: Runtime
let url: string

beforeAll(async () => {
  const overlay = { runtime: { discovery_modules: [], web: { interfaces } } }
  runtime = await createRuntime({ nodes, config: webConfig, overlay })
  await runtime.start()
  url = String(runtime.url)
})

afterAll(() => runtime.stop())

async function payload(response: Response | Promise<Response>): Promise<unknown> {
  const { payload: text } = (await (await response).json()) as { payload: string }
  return JSON.parse(text)
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[]
  readonly requestBody?: { readonly required: boolean; readonly content: Record<string, { readonly schema: object }> }
  readonly responses: Record<string, { readonly content: Record<string, { readonly schema: object }> }>
}

async function operation(path: string, method: string): Promise<Operation | undefined> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>
  }
  return paths[path]?.[method]
}

const bodySchema = async (path: string, method: string) =>
  (await operation(path, method))?.requestBody?.content['application/json']?.schema

describe('the fields of a request', () => {
  it('WEB-01 are members of the body under other names', async () => {
    expect(await payload(post(`${url}/closed`, { article: 'tea', n: 1 }))).toEqual({ sku: 'tea', n: 1 })
  })

  it('WEB-01 are parts of the path where the schema is put together of others, or a choice', async () => {
    expect(await payload(fetch(`${url}/both/5?n=6`))).toEqual({ id: 5, n: 6 })
    expect(await payload(fetch(`${url}/either/5?n=6`))).toEqual({ id: 5, n: 6 })
  })

  it('WEB-01 are lists in a path and in a header, as OpenAPI says of them', async () => {
    expect(await payload(fetch(`${url}/ids/1,2`))).toEqual({ ids: [1, 2] })
    expect(await payload(fetch(`${url}/ids`, { headers: { 'x-ids': '1, 2' } }))).toEqual({ ids: [1, 2] })
  })

  it('WEB-01 come from elsewhere where there is no body, even if its media type is said', async () => {
    const headers = { 'content-type': 'application/json' }
    expect(await payload(fetch(`${url}/ids/7`, { method: 'DELETE', headers }))).toEqual({ ids: [7] })
    expect(await payload(post(`${url}/problems?problem=none`, ''))).toEqual({ problem: 'none' })
  })

  it('WEB-05 are refused where a part of the path is too long, which is said', async () => {
    const refused = await problem(await fetch(`${url}/both/${'1'.repeat(600)}`))
    expect(refused).toMatchObject({ status: 400, body: { detail: 'a part of the path is longer than is taken here' } })
  })

  it('WEB-05 are refused where a number would be another one', async () => {
    expect((await fetch(`${url}/both/9007199254740993?n=1`)).status).toBe(400)
  })
})

describe('the OpenAPI document', () => {
  it('WEB-07 describes the body as it is asked for', async () => {
    expect(await bodySchema('/closed', 'post')).toEqual({
      type: 'object',
      required: ['n', 'article'],
      properties: { n: { type: 'integer' }, article: { type: 'string' } },
      additionalProperties: false,
    })
    expect(await bodySchema('/orders/{id}', 'post')).toEqual({
      type: 'object',
      required: ['n'],
      properties: { n: { type: 'integer' } },
    })
    expect(await bodySchema('/both/{id}', 'put')).toMatchObject({
      allOf: [
        { required: [], properties: {} },
        { required: ['n'], properties: { n: {} } },
      ],
    })
  })

  it('WEB-07 says where every field comes from, also of schemas that are put together of others', async () => {
    const both = await operation('/both/{id}', 'get')
    expect(both?.parameters).toMatchObject([
      { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
      { name: 'n', in: 'query', required: true, schema: { type: 'integer' } },
    ])
    const either = await operation('/either/{id}', 'get')
    expect(either?.parameters).toMatchObject([{ name: 'id' }, { name: 'n', in: 'query', required: false }])
  })

  it('WEB-07 wants a body only where something is left for it', async () => {
    expect((await operation('/ids/{ids}', 'delete'))?.requestBody?.required).toBe(false)
    expect((await operation('/closed', 'post'))?.requestBody?.required).toBe(true)
    expect((await fetch(`${url}/ids/1`, { method: 'DELETE' })).status).toBe(200)
  })

  it('WEB-07 says how a stream holds bytes', async () => {
    const answer = await post(`${url}/pictures`, { ids: [] })
    const [type = ''] = answer.headers.get('content-type')?.split(';') ?? []
    const { content } = (await operation('/pictures', 'post'))?.responses['200'] ?? { content: {} }
    expect(await answer.json()).toBe('AQID')
    expect(content[type]?.schema).toEqual({
      type: 'string',
      contentEncoding: 'base64',
      contentMediaType: 'image/png',
    })
  })

  it('WEB-07 has each path once, whatever its parts are called, and as it is asked for', async () => {
    expect((await operation('/both/{id}', 'post'))?.parameters).toMatchObject([
      { name: 'id', in: 'path', schema: { type: 'integer' } },
    ])
    expect(await payload(post(`${url}/both/5`, { n: 6 }))).toEqual({ id: 5, n: 6 })
    expect(await operation('/closed:all', 'post')).toBeDefined()
    expect(await payload(post(`${url}/closed:all`, { sku: 'tea', n: 1 }))).toEqual({ sku: 'tea', n: 1 })
    expect((await operation('/either/{id}/again', 'get'))?.parameters).toMatchObject([
      { name: 'id', in: 'path' },
      { name: 'id', in: 'query' },
      { name: 'n', in: 'query' },
    ])
  })

  it('WEB-07 calls no two operations and no two schemas the same', async () => {
    const { paths, components } = (await (await fetch(`${url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { operationId: string }>>
      components: { schemas: Record<string, { properties: object }> }
    }
    const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))
    expect(new Set(ids).size).toBe(ids.length)
    expect(Object.keys(components.schemas.Problem?.properties ?? {})).toContain('status')
    expect(await bodySchema('/problems', 'post')).toEqual({ $ref: '#/components/schemas/Problem.message' })
  })

  it('WEB-07 is accepted by an independent validator', async () => {
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as object
    const { valid, errors } = await new Validator().validate({ ...document })
    expect({ valid, errors: errors ?? [] }).toEqual({ valid: true, errors: [] })
  })
})
