import { describe, expect, it } from '@jest/globals'
import { createPause } from './pause.js'

/** Which pauses came of a number of calls: `now`, `turn`, or the milliseconds. */
async function pauses(seed: number, name: string, count: number): Promise<readonly (string | number)[]> {
  const pause = createPause(seed, name, {
    setImmediate: () => Promise.resolve('turn'),
    setTimeout: (ms) => Promise.resolve(ms),
  })
  const drawn = await Promise.all(Array.from({ length: count }, pause))
  return drawn.map((waited) => (waited === undefined ? 'now' : (waited as string | number)))
}

describe('createPause', () => {
  it('gives the same pauses for the same seed and name, others for another', async () => {
    const [one, same, seed, name] = await Promise.all([
      pauses(1, 'parse', 100),
      pauses(1, 'parse', 100),
      pauses(2, 'parse', 100),
      pauses(1, 'decide', 100),
    ])
    expect(same).toEqual(one)
    expect(seed).not.toEqual(one)
    expect(name).not.toEqual(one)
  })

  it('mixes no pause, turns of the event loop, and milliseconds', async () => {
    const drawn = await pauses(7, 'write', 2000)
    const [now, turns] = [drawn.filter((one) => one === 'now'), drawn.filter((one) => one === 'turn')]
    const delays = drawn.filter((one) => typeof one === 'number')
    expect([Math.round(now.length / 100), Math.round(turns.length / 100)]).toEqual([13, 6])
    expect(delays.length).toBeGreaterThan(50)
    expect(delays.every((ms) => ms >= 0 && ms <= 4)).toBe(true)
  })
})
