import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { runNodes } from '@millrace/kernel/testing'
import { baselineDecide } from '../policy/decide.js'
import { findWindows } from './find-windows.js'
import { WindowsQuery } from './messages.js'
import { withWindows } from './with-windows.js'

const settings = { decide: { attempts_per_day: 3, cents_per_day: 500_000, cents_per_week: 2_000_000 } }
const parts = [findWindows, withWindows(baselineDecide)]

describe('the windows of a customer', () => {
  afterEach(() => {
    jest.restoreAllMocks()
  })

  it('are those of one day, also where midnight passes while they are asked for', async () => {
    let now = Date.parse('2026-11-30T23:59:00Z')
    jest.spyOn(Date, 'now').mockImplementation(() => {
      now += 86_400_000
      return now
    })
    const left = await runNodes(parts, [WindowsQuery.of({ customer_id: '528' })], { settings })
    expect(left.map(({ payload }) => payload)).toMatchObject([{ customer_id: '528', attempts: 0 }])
  })

  it('are those of the time that is asked for', async () => {
    const asked = WindowsQuery.of({ customer_id: '528', time: '2000-01-01T00:00:00Z' })
    const [windows] = await runNodes(parts, [asked], { settings })
    expect(windows?.payload).toEqual({
      customer_id: '528',
      day: '2000-01-01',
      attempts: 0,
      day_cents: 0,
      week: '1999-12-27',
      week_cents: 0,
    })
  })

  it('cannot be asked for at no time', async () => {
    const asked = WindowsQuery.of({ customer_id: '528', time: 'yesterday' })
    await expect(runNodes(parts, [asked], { settings })).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' })
  })
})
