import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { actionArbitrary, randomRun } from '../test/random-run.js'

const rounds = Number(process.env.ROUNDS || 500)

describe('memory links under a random scheduler', () => {
  it(
    'keep order, flush what is closed, end once and lose only an ending, whatever closes, is severed or crashes',
    async () => {
      const noComplaint = fc.asyncProperty(
        fc.array(actionArbitrary(), { maxLength: 120, size: 'max' }),
        async (actions) => expect(await randomRun(actions)).toEqual([]),
      )
      await fc.assert(noComplaint, { numRuns: rounds })
    },
    20_000 + 100 * rounds,
  )
})
