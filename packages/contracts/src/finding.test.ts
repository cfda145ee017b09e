import { describe, expect, it } from '@jest/globals'
import { findingsError } from './finding.js'

describe('findingsError', () => {
  const one = { code: 'GRAPH_CYCLE', message: 'a → b → a' } as const
  const other = { code: 'PLACEMENT_UNPLACED', message: 'nobody', path: ['runtime'] } as const

  it('is the finding itself where there is one', () => {
    expect(findingsError('the graph', [one]).toJSON()).toEqual({
      code: 'GRAPH_CYCLE',
      message: 'GRAPH_CYCLE: a → b → a',
      facts: { findings: ['GRAPH_CYCLE: a → b → a'] },
    })
  })

  it('has the code of the first and lists all', () => {
    expect(findingsError('the graph', [one, other]).toJSON()).toEqual({
      code: 'GRAPH_CYCLE',
      message: 'GRAPH_CYCLE: the graph has 2 problems\n  GRAPH_CYCLE: a → b → a\n  PLACEMENT_UNPLACED: nobody',
      facts: { findings: ['GRAPH_CYCLE: a → b → a', 'PLACEMENT_UNPLACED: nobody'] },
    })
  })

  it('refuses to be about nothing', () => {
    expect(() => findingsError('the graph', [])).toThrow(
      new RangeError('There is no finding about the graph to make an error of'),
    )
  })
})
