import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Console } from '@millrace/contracts'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { consoleSettings } from '../src/console-settings.js'
import { createConsole } from '../src/index.js'
import { openConsole } from '../src/open-console.js'
import { type Application, createApplication, spansOf } from './application.js'
import { chromiumPath, startBrowser } from './browser.js'

const inCi = Boolean(process.env.CI)
if (chromiumPath === undefined && !inCi) console.warn('SKIPPED: no chromium is installed, the live page is not tried')

// In CI a missing browser is a failure.
const inBrowser = chromiumPath === undefined && !inCi ? describe.skip : describe

const trace = '0af7651916cd43dd8448eb211c80319c'
const audit = readFileSync(new URL('./audit-page.js', import.meta.url), 'utf8')

inBrowser('the live page', () => {
  let browser: Browser
  let application: Application
  let live: Console
  let complaints: string[]

  beforeAll(async () => {
    browser = await startBrowser()
  })

  afterAll(async () => {
    await browser?.close()
  })

  beforeEach(async () => {
    application = createApplication()
    application.traces.set(trace, spansOf(trace))
    live = await createConsole(application.source)
    complaints = []
  })

  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close()
    await live.close()
    expect(complaints).toEqual([])
  })

  /** The page, when it has been drawn. */
  async function opened(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      reducedMotion: 'reduce',
      ...options,
    })
    const page = await context.newPage()
    page.setDefaultTimeout(10_000)
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
    await page.goto(live.link())
    await page.locator('svg.graph').waitFor()
    await page.getByRole('row').filter({ hasText: 'web#1' }).waitFor()
    return page
  }

  const phone = { viewport: { width: 360, height: 740 }, hasTouch: true }
  const row = (page: Page, name: string) =>
    page.locator('tr', { has: page.getByRole('rowheader', { name, exact: true }) })
  const node = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(`^${name}, `) })
  const focused = (page: Page) =>
    page.evaluate(
      'document.activeElement.id || document.activeElement.getAttribute("aria-label") || document.activeElement.textContent',
    )
  /** How many pixels the page is wider than its window; less than 0 where it has a scrollbar. */
  const overflow = (page: Page) => page.evaluate('document.documentElement.scrollWidth - innerWidth')

  it('CON-LIVE-01 names the application, and has every worker, node and group of it', async () => {
    const page = await opened()
    expect(await page.title()).toBe('fund-loads · Millrace')
    expect(page.url()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    const heads = (table: string) => page.getByRole('table', { name: table }).getByRole('rowheader').allInnerTexts()
    expect(await heads('Workers')).toEqual(['web#1', 'features#1', 'features#2', 'policy#1', 'supervisor'])
    expect(await heads('Nodes')).toEqual(['loads', 'parse', 'daily-window', 'prime-gate', 'decide', 'output'])
    expect(await page.locator('svg .group .name').allTextContents()).toEqual(['web', 'features', 'policy'])
  })

  it('CON-LIVE-01 shows within a second that a worker failed, is started again, and runs', async () => {
    const page = await opened()
    const state = row(page, 'features#2').locator('.state')
    const shown = async (phase: 'failed' | 'starting' | 'running', incarnation: number) => {
      const start = performance.now()
      application.move('features#2', phase, incarnation)
      await state.filter({ hasText: phase }).waitFor()
      const ms = performance.now() - start
      const colour = await page.evaluate(
        `getComputedStyle(document.querySelector('.state[data-phase="${phase}"]:not(#phase)')).backgroundColor`,
      )
      return { inTime: ms < 1_000, colour }
    }
    const failed = await shown('failed', 1)
    await page.locator('#said', { hasText: 'features#2 is failed' }).waitFor({ state: 'attached' })
    expect(await page.locator('svg .group text', { hasText: '1 running, 1 failed' }).count()).toBe(1)
    const starting = await shown('starting', 2)
    const running = await shown('running', 2)
    expect([failed.inTime, starting.inTime, running.inTime]).toEqual([true, true, true])
    expect(new Set([failed.colour, starting.colour, running.colour]).size).toBe(3)
    expect(await row(page, 'features#2').getByRole('cell').allInnerTexts()).toEqual(
      expect.arrayContaining(['running', 'no. 2, pid 4002', '1']),
    )
    await page
      .getByRole('listitem')
      .filter({ hasText: 'worker.failed' })
      .filter({ hasText: 'WORKER_CRASHED' })
      .waitFor()
  })

  it('CON-LIVE-01 shows rates and queues at nodes and hops, and what was refused', async () => {
    const page = await opened()
    application.queue('decide', 12, 1_500)
    application.refuse('OVERLOADED', 3)
    const timer = setInterval(() => {
      for (const name of ['parse', 'daily-window', 'decide']) application.handle(name, 20, 8)
    }, 100)
    await node(page, 'parse')
      .filter({ hasText: /\d\d+\/s/ })
      .waitFor()
    await node(page, 'decide').filter({ hasText: '12 queued' }).waitFor()
    await page
      .locator('svg .label', { hasText: /\d\/s7\.5 ms · / })
      .first()
      .waitFor()
    await row(page, 'web → features').getByRole('cell', { name: '7.5 ms' }).waitFor()
    await page.getByRole('row').filter({ hasText: 'OVERLOADED' }).filter({ hasText: 'already in flight' }).waitFor()
    clearInterval(timer)
    expect(await row(page, 'decide').getByRole('cell').allInnerTexts()).toEqual(expect.arrayContaining(['12', '1.5 s']))
  })

  it('CON-LIVE-03 says that it is not connected, comes back by itself, and has each event once', async () => {
    await live.close()
    live = await openConsole(application.source, { ...consoleSettings(), streamMs: 4_000 })
    const page = await opened()
    application.events.emit('source.exhausted', { roots: 1 })
    await page.getByRole('listitem').filter({ hasText: 'roots 1' }).waitFor()
    await page
      .getByRole('status')
      .filter({ hasText: /^Not connected, trying again\. Shown is how it was at \d/ })
      .waitFor()
    application.events.emit('source.exhausted', { roots: 2 })
    application.move('policy#1', 'draining')
    await page
      .getByRole('status')
      .filter({ hasText: /^Live$/ })
      .waitFor()
    await row(page, 'policy#1').filter({ hasText: 'draining' }).waitFor()
    await page.getByRole('listitem').filter({ hasText: 'worker.draining' }).waitFor()
    const events = await page.getByRole('listitem').locator('.event').allInnerTexts()
    expect(events).toEqual(['worker.draining', 'source.exhausted', 'source.exhausted'])
  })

  it('CON-LIVE-03 says what to do when the application is gone or has forgotten it', async () => {
    const page = await opened()
    const { port } = new URL(live.link())
    await live.close()
    await page.getByRole('status').filter({ hasText: 'Not connected' }).waitFor()
    live = await createConsole(application.source, { port: Number(port) })
    await page.getByRole('status').filter({ hasText: '“millrace top --web” gives a new link' }).waitFor()
    const other = await page.context().newPage()
    await other.goto(live.link())
    await page
      .getByRole('status')
      .filter({ hasText: /^Live$/ })
      .waitFor()
    complaints = complaints.filter((text) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|401/.test(text))
  })

  it('CON-LIVE-03 says that the application says nothing', async () => {
    const page = await opened()
    const go = application.hang()
    await page.getByRole('status').filter({ hasText: 'Connected, but the application says nothing.' }).waitFor()
    go()
    await page
      .getByRole('status')
      .filter({ hasText: /^Live$/ })
      .waitFor()
  })

  it('CON-TRACE-01 follows a trace that is typed', async () => {
    const page = await opened()
    await page.getByLabel('Trace id').fill(`00-${trace}-b7ad6b7169203331-01`)
    await page.keyboard.press('Enter')
    await page
      .getByText(/^8 spans in 3 processes, 43 ms from .*It ended well, after WORKER_CRASHED at policy in features#2\.$/)
      .waitFor()
    const spans = page.getByRole('table', { name: /^Spans/ })
    expect(await spans.getByRole('rowheader').allTextContents()).toEqual([
      'level 1, root loads',
      'level 2, node parse',
      'level 3, hop features',
      'level 4, node daily-window',
      'level 5, hop policy',
      'level 5, hop policy sent again',
      'level 6, node decide',
      'level 7, node output',
    ])
    expect(await spans.getByRole('row').nth(5).getByRole('cell').allInnerTexts()).toEqual([
      ...['features#2', '+3.1 ms', '4.4 ms', 'WORKER_CRASHED', ''],
    ])
    const on = (selector: string, attribute: string) =>
      page.evaluate(
        `[...document.querySelectorAll('svg ${selector}[data-on]')].map((one) => one.getAttribute('${attribute}'))`,
      )
    expect(await on('.node', 'data-node')).toEqual(['loads', 'parse', 'daily-window', 'decide', 'output'])
    expect(await on('.edge', 'data-edge')).toEqual(['0 1', '1 2', '2 4', '4 5'])
    expect(await node(page, 'decide').locator('.took').textContent()).toBe('7.8 ms')
    await page.getByRole('button', { name: 'Clear' }).click()
    expect(await page.locator('svg [data-on]').count()).toBe(0)
  })

  it('CON-TRACE-01 follows the trace of an event that is clicked, and the way back leads back', async () => {
    const page = await opened()
    application.events.emit('root.failed', { code: 'NODE_FAILED', node: 'decide', trace })
    await page.getByRole('listitem').filter({ hasText: 'root.failed' }).click()
    await page.getByText(/^8 spans/).waitFor()
    expect(await page.getByLabel('Trace id').inputValue()).toBe(trace)
    await page.goBack()
    await page.locator('svg:not([data-following])').first().waitFor()
    expect(await page.getByText(/^8 spans/).count()).toBe(0)
    await page.goForward()
    await page.getByText(/^8 spans/).waitFor()
  })

  it('CON-TRACE-01 has words for a trace that nobody knows, and for what is none', async () => {
    const page = await opened()
    await page.getByLabel('Trace id').fill('1'.repeat(32))
    await page.getByRole('button', { name: 'Follow', exact: true }).click()
    await page
      .getByText('No process has spans of this trace: it may be older than what is kept, or not sampled.')
      .waitFor()
    await page.getByLabel('Trace id').fill('1234')
    await page.keyboard.press('Enter')
    await page.getByText('A trace id has 32 hex digits; a traceparent holds one.').waitFor()
    expect(await page.getByLabel('Trace id').getAttribute('aria-invalid')).toBe('true')
  })

  it('CON-PAGE-01 is used by keyboard alone', async () => {
    const page = await opened({ viewport: { width: 1600, height: 900 } })
    application.events.emit('root.failed', { code: 'NODE_FAILED', node: 'decide', trace })
    await page.getByRole('listitem').waitFor()
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Skip to the workers')
    await page.keyboard.press('Enter')
    expect(await focused(page)).toBe('workers')
    await page.goto(page.url().replace('#workers', ''))
    await page.locator('svg.graph').waitFor()
    for (const stop of ['Skip to the workers', 'pause', expect.stringMatching(/^loads, source in web, /)]) {
      await page.keyboard.press('Tab')
      expect(await focused(page)).toEqual(stop)
    }
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowLeft')
    expect(await focused(page)).toMatch(/^decide, handler, ordered in policy, /)
    await page.keyboard.press('Enter')
    expect(await focused(page)).toBe('detail')
    expect(await page.getByRole('group', { name: 'Node decide' }).textContent()).toContain('fund.windows, fund.prime')
    await page.keyboard.press('Escape')
    expect(await focused(page)).toMatch(/^decide, /)
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('trace-id')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('event-level')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe(`Follow trace ${trace}`)
    await page.keyboard.press('Enter')
    await page.getByText(/^8 spans/).waitFor()
  })

  it('CON-PAGE-01 stands still while it is paused, and lists only events of a level', async () => {
    const page = await opened()
    await page.getByRole('button', { name: 'Pause' }).press('Enter')
    application.move('features#1', 'failed')
    await page.getByRole('status').filter({ hasText: 'Paused with 1 new events' }).waitFor()
    expect(await row(page, 'features#1').locator('.state').textContent()).toBe('running')
    await page.getByRole('button', { name: 'Pause' }).press('Enter')
    await row(page, 'features#1').filter({ hasText: 'failed' }).waitFor()
    application.events.emit('source.exhausted', { roots: 1 })
    await page.getByRole('listitem').filter({ hasText: 'source.exhausted' }).waitFor()
    await page.getByLabel('Show').selectOption('errors')
    expect(await page.getByRole('listitem').locator('.event').allInnerTexts()).toEqual(['worker.failed'])
  })

  it('CON-PAGE-02 does not scroll sideways on a phone, whatever it shows', async () => {
    const page = await opened(phone)
    application.events.emit('node.log', { node: 'parse', message: 'x'.repeat(300), trace })
    application.refuse('OVERLOADED', 3)
    await page.getByRole('button', { name: `Follow trace ${trace}` }).tap()
    await page.getByText(/^8 spans/).waitFor()
    await node(page, 'decide').tap()
    await page.getByRole('row').filter({ hasText: 'OVERLOADED' }).waitFor()
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    const drawing = await page.locator('svg.graph').boundingBox()
    expect(drawing?.height).toBeGreaterThan(drawing?.width ?? 0)
    expect(drawing?.width).toBeLessThanOrEqual(344)
  })

  it.each<[string, BrowserContextOptions]>([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['light, on a phone', { colorScheme: 'light', ...phone }],
    ['dark, on a phone', { colorScheme: 'dark', ...phone }],
  ])('CON-PAGE-03 can be read and used by everybody in %s', async (_, options) => {
    const page = await opened(options)
    const phases = ['failed', 'starting', 'draining', 'stopped'] as const
    for (const [index, slot] of ['web#1', 'features#1', 'features#2', 'policy#1'].entries())
      application.move(slot, phases[index] ?? 'ready')
    application.refuse('OVERLOADED', 3)
    application.fail('NODE_FAILED', 3)
    application.queue('decide', 12, 1_500)
    application.events.emit('root.failed', { code: 'NODE_FAILED', node: 'decide', trace })
    await node(page, 'parse').press('Enter')
    await page.getByLabel('Trace id').fill(trace)
    await page.keyboard.press('Enter')
    await page.getByText(/^8 spans/).waitFor()
    await page.getByRole('row').filter({ hasText: 'NODE_FAILED' }).waitFor()
    await row(page, 'policy#1').filter({ hasText: 'stopped' }).waitFor()
    const { findings, texts } = (await page.evaluate(audit)) as { findings: string[]; texts: number } // as the script returns it
    expect(findings).toEqual([])
    expect(texts).toBeGreaterThan(100)
  })
})
