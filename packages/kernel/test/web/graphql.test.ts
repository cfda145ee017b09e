import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { auditServer } from 'graphql-http'
import { eventually, inWorkers, post, startWeb, type WebApplication } from './web-application.js'

let app: WebApplication

beforeAll(async () => {
  app = await startWeb(inWorkers)
})

afterAll(async () => {
  await app.stop()
})

async function query(text: string, variables: object = {}) {
  const response = await post(`${app.url}/graphql`, { query: text, variables }, { accept: 'application/json' })
  return (await response.json()) as {
    data?: Record<string, unknown>
    errors?: { message: string; extensions: object }[]
  }
}

const messages = ({ errors = [] }: Awaited<ReturnType<typeof query>>) => errors.map(({ message }) => message).join('; ')

describe('a graphql interface', () => {
  it('WEB-GQL-01 a query goes through a worker and gets the fields it asks for', async () => {
    expect(await query('query ($n: WholeNumber!) { price(sku: "tea", n: $n) { cents sku } }', { n: 3 })).toEqual({
      data: { price: { cents: 300, sku: 'tea' } },
    })
  })

  it('WEB-GQL-02 an error of a mutation has a stable code and nothing of what is inside', async () => {
    const failed = await query('mutation { order(sku: "tea", n: 1, mode: "throw") { cents } }')
    expect(failed).toMatchObject({
      data: { order: null },
      errors: [{ path: ['order'], extensions: { code: 'NODE_FAILED', status: 500 } }],
    })
    expect(JSON.stringify(failed)).not.toContain('hunter2')
    const refused = await query('mutation { order(sku: "tea", n: 0) { cents } }')
    expect(refused.errors?.[0]?.extensions).toEqual({
      code: 'PAYLOAD_INVALID',
      status: 400,
      errors: [{ path: 'n', reason: 'must be a whole number of at least 1' }],
    })
  })

  it('WEB-GQL-03 passes the audit suite of GraphQL over HTTP', async () => {
    const results = await auditServer({ url: `${app.url}/graphql`, fetchFn: fetch })
    expect(results.length).toBeGreaterThan(50)
    const failed = results.filter(
      ({ status, name }) => status === 'error' || (status === 'warn' && name.startsWith('MUST')),
    )
    expect(failed.map(({ name }) => name)).toEqual([])
  })

  it('WEB-GQL-03 a subscription streams, and stops its node when the client leaves', async () => {
    const subscribe = (text: string, signal?: AbortSignal) =>
      fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query: text }),
        ...(signal === undefined ? {} : { signal }),
      })
    const whole = await (await subscribe('subscription { steps(to: 2) { at } }')).text()
    expect(whole).toContain('data: {"data":{"steps":{"at":0}}}')
    expect(whole).toContain('data: {"data":{"steps":{"at":1}}}')
    const leaving = new AbortController()
    const endless = await subscribe('subscription { steps(to: 100000000) { at } }', leaving.signal)
    await endless.body?.getReader().read()
    leaving.abort()
    let last = -1
    await eventually(
      async () => ((await (await fetch(`${app.url}/report`)).json()) as { made: number }).made,
      (made) => {
        const still = made === last
        last = made
        return still
      },
    )
    expect(last).toBeLessThan(100_000_000)
  })

  it.each([
    [
      'too many aliases',
      `{ ${Array.from({ length: 600 }, (_, at) => `a${at}: price(sku: "a", n: 1) { cents }`).join(' ')} }`,
      /more than 500 fields|[Tt]oken/,
    ],
    [
      'fragments that multiply',
      `{ ...A } fragment A on Query { ...B ...B ...B ...B ...B ...B ...B ...B } fragment B on Query { ...C ...C ...C ...C ...C ...C ...C ...C } fragment C on Query { ...D ...D ...D ...D ...D ...D ...D ...D } fragment D on Query { price(sku: "a", n: 1) { cents } }`,
      /more than 500 fields/,
    ],
    ['too many tokens', `{ ${'price(sku: "a", n: 1) { cents } '.repeat(500)} }`, /[Tt]oken/],
    ['directives without end', `{ price(sku: "a", n: 1) ${'@skip(if: false) '.repeat(2000)} { cents } }`, /[Tt]oken/],
  ])('WEB-GQL-02 refuses %s', async (_case, text, why) => {
    expect(messages(await query(text))).toMatch(why)
    expect(await query('{ price(sku: "a", n: 1) { cents } }')).toEqual({ data: { price: { cents: 100 } } })
  })

  it('WEB-05 WEB-GQL-02 each field that asks counts for the rate limit, whatever it is called', async () => {
    const policies = { rate_limit: { requests: 3, per_seconds: 3600 } }
    const price = { request: 'web.quote', response: 'web.price' }
    const interfaces = [{ kind: 'graphql', queries: { price }, mutations: { order: price }, policies }]
    const limited = await startWeb({ runtime: { web: { interfaces } } })
    const ask = (text: string) => post(`${limited.url}/graphql`, { query: text }, { accept: 'application/json' })
    const order = (name: string) => `${name}: order(sku: "tea", n: 1) { cents }`
    const response = await ask(`mutation { ${['a', 'b', 'c', 'd', 'e'].map(order).join(' ')} }`)
    const { data, errors } = (await response.json()) as Awaited<ReturnType<typeof query>>
    const next = await ask('{ price(sku: "tea", n: 1) { cents } }')
    await limited.stop()
    expect(data).toEqual({ a: { cents: 100 }, b: { cents: 100 }, c: { cents: 100 }, d: null, e: null })
    const refused = { extensions: { code: 'WEB_RATE_LIMITED', status: 429 } }
    expect(errors).toMatchObject([
      { path: ['d'], ...refused },
      { path: ['e'], ...refused },
    ])
    expect(next.status).toBe(429)
  })

  it('WEB-GQL-02 shows GraphiQL to nobody but developers', async () => {
    const response = await fetch(`${app.url}/graphql`, { headers: { accept: 'text/html' } })
    expect(await response.text()).not.toContain('GraphiQL')
  })
})
