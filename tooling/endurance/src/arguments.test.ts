import { describe, expect, it } from '@jest/globals'
import { enduranceArguments } from './arguments.js'

describe('enduranceArguments', () => {
  it('fills in what is left out', () => {
    expect(enduranceArguments(['kills'])).toEqual({
      trial: 'kills',
      rounds: 100,
      lines: 100_000,
      minutes: 60,
      seconds: 60,
      redeliver: 1,
      seed: 1,
      fault: '',
    })
  })

  it.each([[[]], [['--help']], [['soak', '--help']]])('%j asks for help', (args) => {
    expect(enduranceArguments(args)).toBeUndefined()
  })

  it.each([
    [['kill'], 'one trial at a time: kills, batches, redis, soak, scrape'],
    [['kills', 'soak'], 'one trial at a time: kills, batches, redis, soak, scrape'],
    [['kills', '--rounds', '0'], '--rounds must be a whole number from 1 on (got "0")'],
    [['batches', '--lines', '1e6'], '--lines must be a whole number from 1000 on (got "1e6")'],
    [['scrape', '--seconds', '4'], '--seconds must be a whole number from 5 on (got "4")'],
    [['kills', '--round', '1'], "Unknown option '--round'"],
  ])('refuses %j', (args, message) => {
    expect(() => enduranceArguments(args)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message) }),
    )
  })
})
