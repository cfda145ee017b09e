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

  it('adds a table of everybody who was measured', () => {
    const side = {
      side: 'fork IPC json',
      floor: '(c)',
      ratio: 0.913,
      perSecond: 140_000.2,
      cpuUs: 11.04,
      p50Ms: 0.4,
      p99Ms: 1.23456,
    }
    const section = { title: 'Echo of 200 B', figures: [], sides: [side], rounds: [] }
    expect(tableOf([section]).split('\n').slice(-3)).toEqual([
      '| medians       | rate / (c) | per second | CPU each |      p50 |      p99 |',
      '| ------------- | ---------: | ---------: | -------: | -------: | -------: |',
      '| fork IPC json |       0.91 |    140,000 |  11.0 µs | 0.400 ms | 1.235 ms |',
    ])
  })
})
