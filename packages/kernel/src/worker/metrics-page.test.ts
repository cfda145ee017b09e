import { describe, expect, it } from '@jest/globals'
import { MetricsPage } from './metrics-page.js'

/** A page, and the questions that it has asked the supervising process. */
function asking() {
  const asked: number[] = []
  const page = new MetricsPage({
    event: () => undefined,
    tell: (_subject, facts) => void asked.push((facts as { readonly id: number }).id),
  })
  return { page, asked }
}

describe('MetricsPage', () => {
  it('asks once for all who want the page at the same time, and again for who wants it later', async () => {
    const { page, asked } = asking()
    const wanted = Array.from({ length: 500 }, () => page.ask())
    expect(asked).toEqual([0])
    page.answered({ id: 0, text: 'one' })
    expect(new Set(await Promise.all(wanted))).toEqual(new Set(['one']))
    const later = page.ask()
    page.answered({ id: 1, text: 'two' })
    expect([asked, await later]).toEqual([[0, 1], 'two'])
  })

  it('says to all of them that the metrics could not be collected', async () => {
    const { page } = asking()
    const wanted = [page.ask(), page.ask()]
    page.answered({ id: 0, text: undefined })
    const ends = await Promise.allSettled(wanted)
    expect(ends).toMatchObject([
      { status: 'rejected', reason: { code: 'BACKEND_UNAVAILABLE' } },
      { status: 'rejected', reason: { code: 'BACKEND_UNAVAILABLE' } },
    ])
  })
})
