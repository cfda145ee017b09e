import { describe, expect, it } from '@jest/globals'
import { alternate } from './alternate.js'

function counted(side: string, log: string[]): () => Promise<number> {
  let calls = 0
  return async () => {
    log.push(side)
    return ++calls
  }
}

describe('alternate', () => {
  it('measures the sides in turn and leaves the warm-up out', async () => {
    const log: string[] = []
    const rounds = await alternate({ a: counted('a', log), b: counted('b', log) }, { rounds: 2 })
    expect(log).toEqual(['a', 'b', 'a', 'b', 'a', 'b'])
    expect(rounds).toEqual([
      { a: 2, b: 2 },
      { a: 3, b: 3 },
    ])
  })

  it('says what has been measured; a warm-up has the number 0', async () => {
    const heard: string[] = []
    await alternate(
      { a: counted('a', []) },
      { rounds: 1, warmUps: 2, heard: (side, round) => heard.push(`${side}${round}`) },
    )
    expect(heard).toEqual(['a0', 'a0', 'a1'])
  })
})
