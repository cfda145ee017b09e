import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { type Authenticate, authenticateToken } from '@millrace/contracts'
import { deferred } from '../shop.js'
import { post, problem, startWeb, type WebApplication } from './web-application.js'

let app: WebApplication | undefined

async function asking(authenticate: Authenticate, policies: object = {}): Promise<string> {
  const quotes = {
    kind: 'http',
    method: 'POST',
    path: '/quotes',
    request: 'web.quote',
    response: 'web.price',
    policies,
  }
  app = await startWeb(
    { runtime: { web: { interfaces: [quotes] } } },
    { values: [{ token: authenticateToken, value: authenticate }] },
  )
  return `${app.url}/quotes`
}

afterEach(() => app?.stop())

const tea = { sku: 'tea', n: 1 }
/** What somebody may say who does not write TypeScript. */
const nobody = (said: unknown) => said as Awaited<ReturnType<Authenticate>>

describe('an application that asks who a request is from', () => {
  it.each([
    ['undefined', undefined],
    ['null', null],
    ['false', false],
    ['an empty text', ''],
  ])('WEB-05 401 where it says %s', async (_name, said) => {
    const url = await asking(async () => nobody(said))
    expect(await problem(await post(url, tea))).toMatchObject({ status: 401, body: { code: 'WEB_UNAUTHENTICATED' } })
  })

  it.each([
    ['nothing', undefined],
    ['a text', 'the password is hunter2'],
    ['an error', new Error('the password is hunter2')],
  ])('WEB-05 500 where it throws %s, and nobody comes further', async (_name, thrown) => {
    const url = await asking(() => Promise.reject(thrown))
    const { status, body } = await problem(await post(url, tea))
    expect({ status, body }).toMatchObject({ status: 500, body: { code: 'NODE_FAILED' } })
    expect(JSON.stringify(body)).not.toContain('hunter2')
  })

  it('WEB-05 504 where it does not say it in time', async () => {
    const url = await asking(() => new Promise(() => undefined), { timeout_ms: 50 })
    expect(await problem(await post(url, tea))).toMatchObject({ status: 504, body: { code: 'REPLY_TIMEOUT' } })
  })

  it('WEB-06 nothing is begun for a client that leaves meanwhile, and its X-Request-Id is free again', async () => {
    const [asked, said] = [deferred(), deferred()]
    const url = new URL(
      await asking(async () => {
        asked.resolve()
        await said.promise
        return { id: 'ada' }
      }),
    )
    const client = connect(Number(url.port), url.hostname)
    const body = JSON.stringify({ ...tea, mode: 'wait' })
    const head = ['POST /quotes HTTP/1.1', `Host: ${url.host}`, 'X-Request-Id: one', 'Content-Type: application/json']
    client.write(`${[...head, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`)
    await asked.promise
    client.destroy()
    await once(client, 'close')
    await fetch(`${url.origin}/health/live`) // the server has heard that it left
    said.resolve()
    const again = await post(url.href, tea, { 'x-request-id': 'one' })
    expect([again.status, app?.runtime.counters().inFlight]).toEqual([200, 0])
  })
})
