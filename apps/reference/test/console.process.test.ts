import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { Runtime } from '@millrace/kernel'
import type { Browser, Page } from 'playwright-core'
import { inBrowser, startBrowser } from './in-browser.js'
import { startService } from './start-service.js'

/** Where the picture of the documentation is; it is made anew when `PICTURES` is set. */
const picture = fileURLToPath(new URL('../../../docs/images/console.png', import.meta.url))

inBrowser('the live page of the reference service', () => {
  let runtime: Runtime
  let browser: Browser
  let page: Page
  let url: string
  const complaints: string[] = []
  let asking = true
  let callers: Promise<unknown>

  beforeAll(async () => {
    ;({ runtime, url } = await startService('tcp_local', 'baseline', '--console'))
    browser = await startBrowser()
    page = await browser.newPage({ viewport: { width: 1360, height: 900 }, reducedMotion: 'reduce' })
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
    await page.goto(runtime.consoleLink())
    callers = Promise.all(Array.from({ length: 4 }, (_, caller) => call(caller)))
  })

  afterAll(async () => {
    asking = false
    await callers
    await browser?.close()
    await runtime?.stop()
  })

  /** Asks one question after the other; some fail when a worker dies. */
  async function call(caller: number): Promise<void> {
    for (let at = 0; asking; at++) await decide(`${caller}${String(at).padStart(6, '0')}`)
  }

  async function decide(id: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    const body = { id, customer_id: '7', load_amount: '$1.00', time: '2000-01-05T00:00:00Z' }
    return fetch(`${url}/loads`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  }

  const row = (slot: string) => page.getByRole('row').filter({ hasText: slot })

  it('OBS-TRACE-01 shows every worker, and what each has done', async () => {
    for (const slot of ['web#1', 'features#1', 'features#2', 'policy#1'])
      await row(slot).filter({ hasText: 'running' }).first().waitFor()
    await page
      .getByText(/\d+(\.\d+)?\/s/)
      .first()
      .waitFor()
    expect(complaints).toEqual([])
  })

  it('shows that a worker is killed, and that another takes its place', async () => {
    const pid = runtime.workers().find(({ slot }) => slot === 'features#2')?.pid ?? 0
    process.kill(pid, 'SIGKILL')
    await page.getByText('worker.failed').first().waitFor()
    await row('features#2')
      .filter({ hasText: /starting|failed/ })
      .first()
      .waitFor()
    await row('features#2').filter({ hasText: 'running' }).first().waitFor()
    await page.getByText('worker.restarting').first().waitFor()
    expect(complaints).toEqual([])
  })

  it('OBS-TRACE-01 follows one request through every group', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
    expect((await decide('900001', { traceparent: `00-${trace}-00f067aa0ba902b7-01` })).status).toBe(200)
    await page.getByLabel('Trace id').fill(trace)
    await page.keyboard.press('Enter')
    await page.getByText(/^\d+ spans in /).waitFor()
    const shown = await page.locator('#trace-spans').textContent()
    for (const slot of ['web#1', 'features#', 'policy#1']) expect(shown).toContain(slot)
    if (process.env.PICTURES !== undefined) {
      await mkdir(new URL('.', `file://${picture}`), { recursive: true })
      await page.evaluate('document.activeElement.blur(), scrollTo(0, 0)')
      await page.screenshot({ path: picture, fullPage: true })
    }
    expect(complaints).toEqual([])
  })
})
