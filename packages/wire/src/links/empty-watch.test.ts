import { describe, expect, it } from '@jest/globals'
import { Emptiness, EmptyWatch } from './empty-watch.js'

describe('Emptiness', () => {
  it('begins when its socket did', () => {
    expect(new Emptiness(100).lastEmpty).toBe(100)
  })

  it('lags one tick behind what is known', () => {
    const emptiness = new Emptiness(100)
    emptiness.tick(200)
    expect(emptiness.lastEmpty).toBe(100)
    emptiness.tick(300)
    expect(emptiness.lastEmpty).toBe(200)
  })

  it('BLOCKED-LOOP-01 stays where it was while something is unread, however many ticks pass', () => {
    const emptiness = new Emptiness(100)
    emptiness.tick(200)
    for (let tick = 0; tick < 5; tick++) emptiness.tick(undefined)
    expect(emptiness.lastEmpty).toBe(200)
  })

  it('never goes back', () => {
    const emptiness = new Emptiness(100)
    emptiness.tick(50)
    emptiness.tick(50)
    expect(emptiness.lastEmpty).toBe(100)
  })
})

describe('EmptyWatch', () => {
  it('takes the time of a tick before the sockets are read, and tells it after', async () => {
    let now = 1
    const watch = new EmptyWatch({ wall: () => 0, monotonic: () => now }, 8)
    const at = await new Promise<number>((resolve) => {
      const watched = {
        beginTick: () => {
          now = 2
        },
        endTick: (time: number) => {
          watch.delete(watched)
          resolve(time)
        },
      }
      watch.add(watched)
    })
    expect([at, now]).toEqual([1, 2])
  })
})
