import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { millrace } from '@millrace/web-fastify'
import { Validator } from '@seriousme/openapi-schema-validator'
import fastify from 'fastify'
import { createRuntime } from '../../src/create-runtime.js'
import { startWeb, type WebApplication, webConfig } from './web-application.js'

let app: WebApplication

beforeAll(async () => {
  app = await startWeb()
})

afterAll(async () => {
  await app.stop()
})

interface Document {
  readonly openapi: string
  readonly paths: Record<
    string,
    Record<string, { parameters?: object[]; requestBody?: object; responses: Record<string, object> }>
  >
  readonly components: { schemas: Record<string, object> }
}

const document = async () => (await (await fetch(`${app.url}/openapi.json`)).json()) as Document

describe('the OpenAPI document', () => {
  it('WEB-07 is made of the message schemas, and an independent validator accepts it', async () => {
    const made = await document()
    const result = await new Validator().validate({ ...made })
    expect({ valid: result.valid, errors: result.errors ?? [] }).toEqual({ valid: true, errors: [] })
    expect(made.openapi).toBe('3.1.1')
    expect(made.components.schemas['web.quote']).toMatchObject({
      required: ['sku', 'n'],
      properties: { n: { minimum: 1 } },
    })
  })

  it('WEB-07 says where each field comes from', async () => {
    const { paths } = await document()
    expect(paths['/quotes/{sku}']?.get).toMatchObject({
      parameters: [
        { name: 'sku', in: 'path', required: true },
        { name: 'n', in: 'query', required: true },
        { name: 'mode', in: 'query', required: false },
      ],
    })
    expect(paths['/who/{id}']?.post).toMatchObject({
      parameters: [
        { name: 'id', in: 'path' },
        { name: 'X-Who', in: 'header', required: true },
      ],
      requestBody: { content: { 'application/json': { schema: { properties: { kind: {} }, required: [] } } } },
    })
    expect(Object.keys(paths['/count']?.get?.responses['200'] ?? {})).toContain('content')
  })

  it('WEB-07 is shown as a page that needs nothing else', async () => {
    const response = await fetch(`${app.url}/docs`)
    const page = await response.text()
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(page).toContain('<code>/quotes/{sku}</code>')
    expect(page).not.toMatch(/https?:\/\//)
  })
})

describe('who is told where the server listens', () => {
  it.each(['/prices', '/docs'])('hears of documentation unless an interface has taken its path: %s', async (path) => {
    const face = { kind: 'http', method: 'GET', path, request: 'web.quote', response: 'web.price' } as const
    const overlay = { runtime: { web: { interfaces: [face] } } }
    const runtime = await createRuntime({ config: webConfig, overlay })
    const told: unknown[] = []
    runtime.subscribe(({ name, facts }) => name === 'web.listening' && told.push(facts))
    await runtime.start()
    const { url } = runtime
    await runtime.stop()
    expect(told).toEqual([path === '/docs' ? { url } : { url, documentation: `${url}/docs` }])
  })
})

describe('the plugin', () => {
  it('WEB-05 refuses an origin that no browser sends, as check does where the configuration names it', async () => {
    const runtime = await createRuntime({ config: webConfig, web: false })
    const own = fastify()
    const cors = { origins: ['https://shop.example/'], headers: [], credentials: false }
    await expect(own.register(millrace, { runtime, cors })).rejects.toThrow(
      'CONFIG_INVALID: cors.origins: no browser sends the origin https://shop.example/, so it would allow no page; write https://shop.example',
    )
    await own.close()
  })

  it('WEB-01 adds the interfaces to a server of somebody else, under a prefix, and leaves the rest of it alone', async () => {
    const runtime = await createRuntime({ config: webConfig, web: false })
    const own = fastify()
    own.setErrorHandler((_error, _request, reply) => void reply.code(418).send('mine'))
    own.get('/mine', () => 'my page')
    own.post('/broken', () => 'never')
    await own.register(millrace, { runtime, prefix: '/api' })
    await runtime.start()
    const url = await own.listen({ port: 0 })
    const json = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const quote = await fetch(`${url}/api/quotes`, { ...json, body: '{"sku":"tea","n":2}' })
    const refused = await fetch(`${url}/api/quotes`, { ...json, body: '{' })
    const mine = await fetch(`${url}/mine`)
    const broken = await fetch(`${url}/broken`, { ...json, body: '{' })
    const described = (await (await fetch(`${url}/api/openapi.json`)).json()) as Document
    await own.close()
    await runtime.stop()
    expect(await quote.json()).toMatchObject({ cents: 200 })
    expect(refused.status).toBe(400)
    expect([await mine.text(), mine.headers.get('x-frame-options'), broken.status]).toEqual(['my page', null, 418])
    expect(Object.keys(described.paths)).toContain('/api/quotes')
  })
})
