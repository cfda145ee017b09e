import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { Runtime } from '@millrace/kernel'
import type { Browser, Page } from 'playwright-core'
import { inBrowser, startBrowser } from './in-browser.js'
import { startService } from './start-service.js'

inBrowser('reference serve in a browser', () => {
  let runtime: Runtime
  let browser: Browser
  let url: string

  beforeAll(async () => {
    ;({ runtime, url } = await startService('tcp_local'))
    browser = await startBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await runtime?.stop()
  })

  /** A page at the size of a phone, and what its browser complains of. */
  async function opened(path: string): Promise<{ page: Page; complaints: readonly string[] }> {
    const page = await browser.newPage({ viewport: { width: 360, height: 740 } })
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
    await page.goto(`${url}${path}`)
    return { page, complaints }
  }

  /** How many pixels the page is wider than its window; less than 0 where it has a scrollbar. */
  const overflow = (page: Page) => page.evaluate('document.documentElement.scrollWidth - innerWidth')

  it('WEB-02 decides what is typed, by keyboard alone, on a phone', async () => {
    const { page, complaints } = await opened('/')
    await page.getByRole('status').filter({ hasText: 'Ready.' }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.type('901')
    await page.keyboard.press('Tab')
    await page.keyboard.type('91')
    await page.keyboard.press('Tab')
    await page.keyboard.type('$6000')
    await page.keyboard.press('Tab')
    await page.keyboard.type('2000-01-05T00:00:00Z')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('status').filter({ hasText: 'Attempt 901 declined: DAILY_AMOUNT' }).waitFor()
    expect(await page.getByRole('listitem').allTextContents()).toEqual([
      '901: $6000 for customer 91 declined (DAILY_AMOUNT)',
    ])
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('WEB-07 shows the operations, on a phone, without a complaint', async () => {
    const { page, complaints } = await opened('/docs')
    const shown = await page.locator('summary').allInnerTexts()
    expect(shown).toEqual(expect.arrayContaining(['POST /loads', 'POST /loads/stream', 'GET /loads/{id}']))
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    expect(complaints).toEqual([])
    await page.close()
  })
})
