import { describe, expect, it } from '@jest/globals'
import { KeyedAttempt } from '../messages.js'
import { timeKeys } from './time-keys.js'

const attempt = { id: '1', customer_id: '528', amount_cents: 5 }

describe('time-keys', () => {
  it.each([
    ['the first millisecond of a Monday', '2000-01-03T00:00:00.000Z', 10_959, 10_959, true],
    ['the last millisecond of the Sunday before it', '2000-01-02T23:59:59.999Z', 10_958, 10_952, false],
    ['a day in the middle of a week', '2000-01-06T12:00:00.000Z', 10_962, 10_959, false],
    ['the epoch, a Thursday', '1970-01-01T00:00:00.000Z', 0, -3, false],
    ['a Monday before the epoch', '1969-12-29T00:00:00.000Z', -3, -3, true],
    ['the last millisecond before the epoch', '1969-12-31T23:59:59.999Z', -1, -3, false],
    ['a Sunday long ago', '0000-01-02T00:00:00.000Z', -719_527, -719_533, false],
  ])('%s', (_, time, day, week, monday) => {
    const instant_ms = Date.parse(time)
    expect(timeKeys.handle({ ...attempt, instant_ms })).toEqual(
      KeyedAttempt.of({
        ...attempt,
        instant_ms,
        day,
        customer_day: `528:${day}`,
        customer_week: `528:${week}`,
        monday,
      }),
    )
  })
})
