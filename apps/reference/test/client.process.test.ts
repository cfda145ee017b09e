import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Runtime } from '@millrace/kernel'
import createClient, { type Client } from 'openapi-fetch'
import type { paths } from './fund-loads-api.js'
import { startService } from './start-service.js'

const generator = fileURLToPath(new URL('../node_modules/.bin/openapi-typescript', import.meta.url))

describe.each(['memory', 'tcp_local'])('a typed client of reference serve --profile %s', (profile) => {
  let runtime: Runtime
  let url: string
  let client: Client<paths>

  beforeAll(async () => {
    ;({ runtime, url } = await startService(profile))
    client = createClient<paths>({ baseUrl: url })
  })

  afterAll(async () => {
    await runtime.stop()
  })

  it('WEB-07 has the types that openapi-typescript makes of the document served now', async () => {
    const { stdout } = await promisify(execFile)(generator, [`${url}/openapi.json`])
    expect(readFileSync(new URL('./fund-loads-api.ts', import.meta.url), 'utf8')).toBe(stdout)
  })

  it('WEB-01 decides an attempt, and knows afterwards what became of it', async () => {
    const body = { id: '31', customer_id: '3', load_amount: '$12.50', time: '2000-01-04T00:00:00Z' }
    const decided = await client.POST('/loads', { body })
    expect(decided.data).toEqual({ id: '31', customer_id: '3', accepted: true, reason: 'ACCEPTED' })

    const known = await client.GET('/loads/{id}', { params: { path: { id: '31' } } })
    const reasons = known.data?.decisions.map(({ reason }) => reason)
    expect(reasons).toEqual(['ACCEPTED'])

    const params = { path: { id: '3' }, query: { time: '2000-01-04T12:00:00Z' } }
    const windows = await client.GET('/customers/{id}/windows', { params })
    expect(windows.data).toMatchObject({ day: '2000-01-04', attempts: 1, day_cents: 1250, week_cents: 1250 })
  })

  it('WEB-05 gets an error as problem details', async () => {
    const unknown = await client.GET('/loads/{id}', { params: { path: { id: '404' } } })
    expect(unknown.data).toBeUndefined()
    const code: string | undefined = unknown.error?.code
    expect(code).toBe('WEB_NOT_FOUND')
    expect(unknown.error).toMatchObject({ status: unknown.response.status, type: 'urn:millrace:error:WEB_NOT_FOUND' })
    expect(unknown.response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  })

  it('WEB-05 compiles no request that the service would refuse, and reads what is wrong with one', async () => {
    // @ts-expect-error the other fields are missing
    const refused = await client.POST('/loads', { body: { id: '32' } })
    const missing = refused.error?.errors?.map(({ path, reason }) => `${path} ${reason}`)
    expect(missing).toContain('customer_id is required')
    expect(refused.response.status).toBe(400)
  })

  it('WEB-05 compiles no path that the service does not have', async () => {
    // @ts-expect-error there is no such path
    const { error, response } = await client.GET('/nothing')
    expect([response.status, error]).toEqual([404, expect.objectContaining({ code: 'WEB_NOT_FOUND' })])
  })
})
