import { describe, expect, it } from '@jest/globals'
import { spreadOf } from './statistics.js'
import { tableOf } from './table.js'

describe('tableOf', () => {
  it('writes medians, ends, budgets and verdicts as a Markdown table', () => {
    const section = {
      title: 'The reference job',
      figures: [
        {
          what: 'graph / loop',
          unit: 'ratio',
          spread: spreadOf([0.8, 0.7, 0.9]),
          budget: { id: 'P11', better: 'more', required: 0.7, goal: 0.9 },
        },
        { what: 'graph', unit: 'lines/s', spread: spreadOf([312_000.4]) },
      ],
      rounds: [],
    } as const
    expect(tableOf([section])).toBe(
      [
        'The reference job',
        '',
        '|              |          median |     min–max | rounds | budget | required |   goal |          |',
        '| ------------ | --------------: | ----------: | -----: | -----: | -------: | -----: | -------: |',
        '| graph / loop |            0.80 | 0.70 – 0.90 |      3 |    P11 |   ≥ 0.70 | ≥ 0.90 | required |',
        '| graph        | 312,000 lines/s |             |      1 |        |          |        |          |',
      ].join('\n'),
    )
  })
})
