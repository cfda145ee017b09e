import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Console, MillraceEvent } from '@millrace/contracts'
import { consoleSettings } from '../src/console-settings.js'
import { createConsole } from '../src/index.js'
import { openConsole } from '../src/open-console.js'
import { type Application, createApplication } from './application.js'
import { ask, begin, enter } from './browse.js'

let application: Application
let page: Console
let now: number
let origin: string

beforeEach(async () => {
  application = createApplication()
  now = 0
  page = await openConsole(application.source, { ...consoleSettings(), maxStreams: 2 }, () => now)
  origin = new URL(page.link()).origin
})

afterEach(async () => {
  await page.close()
})

const minuteMs = 60_000

describe('the link to the page', () => {
  it('CON-ACCESS-01 holds 32 random bytes, opens the page once, and leaves nothing of itself in the address', async () => {
    const link = page.link()
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?code=[\w-]{43}$/)
    const first = await ask(link)
    expect([first.status, first.headers.location]).toEqual([303, '/'])
    const port = new URL(link).port
    expect(first.headers['set-cookie']).toEqual([
      expect.stringMatching(new RegExp(`^millrace_console_${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`)),
    ])
    const second = await ask(link)
    expect([second.status, second.headers['set-cookie']]).toEqual([401, undefined])
    expect(second.text).toContain('millrace top --web')
  })

  it('CON-ACCESS-01 is good for five minutes', async () => {
    const [early, late] = [page.link(), page.link()]
    now = 5 * minuteMs - 1
    expect((await ask(early)).status).toBe(303)
    now = 5 * minuteMs
    expect((await ask(late)).status).toBe(401)
  })

  it('CON-ACCESS-01 is another one each time, and the oldest of many give way', async () => {
    const links = Array.from({ length: 17 }, () => page.link())
    expect(new Set(links).size).toBe(17)
    const [oldest = '', next = ''] = links
    expect([(await ask(oldest)).status, (await ask(next)).status]).toEqual([401, 303])
  })

  it('CON-ACCESS-01 is in no event', async () => {
    const heard: MillraceEvent[] = []
    application.events.subscribe((event) => heard.push(event))
    await ask(page.link())
    await ask(page.link().replace('code=', 'code=x'))
    expect(heard).toEqual([])
  })

  it.each(['/', '/main.js', '/console.css', '/stream', '/trace?id=0af7651916cd43dd8448eb211c80319c', '/nothing'])(
    'CON-ACCESS-01 is the only way in: %s says how to get one',
    async (path) => {
      const cookie = `${new URL(origin).port}=x; millrace_console_${new URL(origin).port}=${'A'.repeat(43)}`
      const [without, wrong] = [await ask(origin + path), await ask(origin + path, { headers: { cookie } })]
      expect([without.status, wrong.status]).toEqual([401, 401])
      expect(without.text).toContain('millrace top --web')
    },
  )

  it('CON-ACCESS-01 begins a session that can see everything, until sixteen others have begun', async () => {
    const headers = await enter(page.link())
    expect((await ask(`${origin}/`, { headers })).text).toContain('<!doctype html>')
    expect((await ask(`${origin}/main.js`, { headers })).headers['content-type']).toMatch(/^text\/javascript/)
    expect((await ask(`${origin}/../package.json`, { headers })).status).toBe(404)
    await Promise.all(Array.from({ length: 15 }, () => enter(page.link())))
    expect((await ask(`${origin}/`, { headers })).status).toBe(200)
    await enter(page.link())
    expect((await ask(`${origin}/`, { headers })).status).toBe(401)
  })
})

describe('a request from elsewhere', () => {
  it.each<[string, number, Record<string, string>]>([
    ['a name that leads here', 421, { host: 'evil.example' }],
    ['a name that leads here, with the port', 421, { host: 'evil.example:80' }],
    ['another port', 421, { host: '127.0.0.1:1' }],
    ['a page of another site', 403, { origin: 'https://evil.example' }],
    ['a page without an origin', 403, { origin: 'null' }],
    ['a link on another site', 403, { 'sec-fetch-site': 'cross-site' }],
    ['another server of this machine', 403, { 'sec-fetch-site': 'same-site' }],
    ['a browser that loads in advance', 403, { 'sec-purpose': 'prefetch;prerender' }],
  ])('CON-ACCESS-02 under %s is refused, and uses no link up', async (_, status, headers) => {
    const link = page.link()
    const cookie = await enter(page.link())
    expect((await ask(link, { headers })).status).toBe(status)
    expect((await ask(`${origin}/stream`, { headers: { ...cookie, ...headers } })).status).toBe(status)
    expect((await ask(link)).status).toBe(303)
  })

  it('CON-ACCESS-02 under the name localhost is none', async () => {
    const host = `localhost:${new URL(origin).port}`
    expect((await ask(page.link(), { headers: { host, origin: `http://${host}` } })).status).toBe(303)
  })

  it.each<[string, number, string, { method?: string; body?: string }]>([
    ['a POST', 405, '/', { method: 'POST' }],
    ['a HEAD, which a preview sends', 405, '/', { method: 'HEAD' }],
    ['a body', 413, '/', { body: 'x' }],
    ['a long address', 414, `/?${'x'.repeat(2_000)}`, {}],
  ])('CON-ACCESS-02 with %s is refused', async (_, status, path, sent) => {
    const headers = { ...(await enter(page.link())), ...(sent.body && { 'content-length': String(sent.body.length) }) }
    expect((await ask(origin + path, { ...sent, headers })).status).toBe(status)
  })

  it.each(['*', 'http://evil.example/', '//[', '/%', '/\\..\\'])(
    'CON-ACCESS-02 for the address %s ends nothing',
    async (path) => {
      const headers = await enter(page.link())
      await begin(origin, { headers, path }).then((answer) => answer.resume())
      expect((await ask(`${origin}/`, { headers })).status).toBe(200)
    },
  )

  it('CON-ACCESS-02 with headers that never end is given up', async () => {
    const headers = { ...(await enter(page.link())), 'x-long': 'x'.repeat(10_000) }
    expect((await ask(`${origin}/`, { headers })).status).toBe(431)
  })

  it('CON-ACCESS-02 is told nothing that a browser may use', async () => {
    const headers = await enter(page.link())
    const answers = await Promise.all(
      ['/', '/console.css', '/trace?id=x'].map((path) => ask(origin + path, { headers })),
    )
    expect(answers.map((answer) => answer.headers)).toEqual(
      answers.map(() =>
        expect.objectContaining({
          'cache-control': 'no-store',
          'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
          'referrer-policy': 'no-referrer',
          'x-content-type-options': 'nosniff',
        }),
      ),
    )
    expect(answers[0]?.headers['content-security-policy']).not.toContain('unsafe')
  })
})

describe('createConsole', () => {
  it('takes a free port, or the one it is given', async () => {
    const { port } = new URL(origin)
    await page.close()
    page = await createConsole(application.source, { port: Number(port) })
    expect(new URL(page.link()).port).toBe(port)
  })

  it('refuses a port that is taken, and one that is none', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const port = Number(Reflect.get(Object(other.address()), 'port'))
    const opened = createConsole(application.source, { port }).finally(() => other.close())
    await expect(opened).rejects.toThrow(
      `BOOT_START_FAILED: the live page cannot listen on 127.0.0.1:${port} (EADDRINUSE); choose another port`,
    )
    expect(() => consoleSettings({ port: 65_536 })).toThrow(RangeError)
  })
})
