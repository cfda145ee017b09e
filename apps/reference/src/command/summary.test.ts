import { describe, expect, it } from '@jest/globals'
import { summaryOf, summaryText } from './summary.js'

const settings = {
  scenario: 'baseline',
  profile: 'memory',
  workers: undefined,
  hashRounds: 0,
  input: 'in',
  output: 'out',
  resume: false,
  json: false,
  quiet: false,
} as const
const report = {
  lines: 12_345,
  accepted: 12_000,
  declined: { REPLAY: 300, DAILY_COUNT: 5 },
  malformed: { ID_INVALID: 40 },
}

describe('summary', () => {
  it('holds the report, the time and the rate', () => {
    expect(summaryOf(settings, report, 2.469)).toEqual({
      scenario: 'baseline',
      profile: 'memory',
      input: 'in',
      output: 'out',
      ...report,
      seconds: 2.469,
      lines_per_second: 5000,
    })
  })

  it('has a rate for a run that took no time', () => {
    expect(summaryOf(settings, report, 0).lines_per_second).toBe(12_345_000)
  })

  it('is a table for people', () => {
    expect(summaryText(summaryOf(settings, report, 2.469))).toBe(
      [
        'lines                          12,345',
        'accepted                       12,000',
        'declined                          305',
        '  REPLAY                          300',
        '  DAILY_COUNT                       5',
        'malformed                          40',
        '  ID_INVALID                       40',
        'in 2.469 s, 5,000 lines/s',
        '',
      ].join('\n'),
    )
  })
})
