/**
 * Takes a picture of the live page for the documentation:
 *
 *     node --import tsx --conditions=@millrace/source packages/console/test/screenshot.ts FILE [LINK] [TRACE]
 *
 * of a running application whose link `millrace top --web` gives, or without a link of an application that is made up.
 */
import { fileURLToPath } from 'node:url'
import { createConsole } from '../src/index.js'
import { createApplication, spansOf } from './application.js'
import { startBrowser } from './browser.js'

const [file, link, trace] = process.argv.slice(2)
if (file === undefined) throw new TypeError('usage: screenshot.ts FILE [LINK] [TRACE]')

if (link === undefined) await ofMadeUp(file)
else await take(file, link, trace, async () => undefined)

/** @param during what happens while the page looks */
async function take(file: string, link: string, trace: string | undefined, during: () => Promise<void>): Promise<void> {
  const browser = await startBrowser()
  const viewport = { width: 1360, height: 900 }
  const page = await browser.newPage({
    viewport,
    colorScheme: 'light',
    reducedMotion: 'reduce',
  })
  await page.goto(link)
  await page.locator('svg.graph').waitFor()
  await during()
  if (trace !== undefined) {
    await page.getByLabel('Trace id').fill(trace)
    await page.keyboard.press('Enter')
    await page.getByText(/^\d+ spans in /).waitFor()
  }
  await page.evaluate('document.activeElement.blur(), scrollTo(0, 0)')
  await page.screenshot({ path: file, fullPage: true })
  await browser.close()
  console.log(`${fileURLToPath(new URL(file, `file://${process.cwd()}/`))} of ${link.replace(/\?.*/, '')}`)
}

/** Half a minute of an application: load that comes and goes, and a worker that dies. */
async function ofMadeUp(file: string): Promise<void> {
  const trace = '0af7651916cd43dd8448eb211c80319c'
  const application = createApplication()
  application.traces.set(trace, spansOf(trace))
  const live = await createConsole(application.source)
  let round = 0
  const timer = setInterval(() => {
    round += 1
    load(application, round)
  }, 100)
  await take(file, live.link(), trace, async () => {
    await passed(30_000)
    application.refuse('OVERLOADED', 17)
    application.events.emit('overload.refused', { worker: 'web#1', inFlight: 1000 })
    application.move('features#2', 'failed')
    application.fail('WORKER_CRASHED', 3)
    application.events.emit('worker.restarting', { worker: 'features#2', group: 'features', delayMs: 100 })
    await passed(600)
    application.events.emit('root.failed', { code: 'WORKER_CRASHED', trace: trace.replace('0af', '9c1') })
    application.move('features#2', 'starting', 2)
    application.events.emit('redelivery.sent', { worker: 'features#2', count: 12 })
    application.events.emit('node.log', { node: 'parse', message: 'line 1204 has no customer', trace })
    await passed(1_500)
  })
  clearInterval(timer)
  await live.close()
}

function load(application: ReturnType<typeof createApplication>, round: number): void {
  const messages = Math.round(34 + 12 * Math.sin(round / 40) + 6 * Math.random())
  const waiting = Math.max(0, Math.round(14 * Math.sin(round / 30) + 4 * Math.random()))
  for (const node of ['loads', 'parse', 'daily-window', 'prime-gate'])
    application.handle(node, messages, 1 + 9 * Math.random())
  application.handle('decide', messages * 2, 2 + 20 * Math.random())
  application.handle('output', messages)
  application.queue('decide', waiting, waiting * 30)
  for (const [index, [slot, worker]] of [...application.workers].entries()) {
    if (worker.vitals === undefined) continue
    const rssBytes = (92 + index * 9 + ((round + index * 40) % 160) / 8) * 2 ** 20
    const vitals = {
      ...worker.vitals,
      rssBytes,
      inFlight: messages,
      queued: index === 3 ? waiting : 0,
      loopDelayMs: 1 + index,
    }
    application.workers.set(slot, { ...worker, vitals })
  }
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
