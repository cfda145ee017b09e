import { describe, expect, it } from '@jest/globals'
import type { DeadLetter } from '../dead-letters/letter-line.js'
import { longestTimerMs } from '../runtime/possible-timeout.js'
import { WorkerAnswers } from './worker-answers.js'

describe('WorkerAnswers', () => {
  it('waits for a dead letter a little longer than that may take, and never longer than timers can', async () => {
    const waits: number[] = []
    const answers = new WorkerAnswers(async (_slot, _question, _facts, timeoutMs) => {
      waits.push(timeoutMs)
      return { letter: null }
    })
    await answers.retried('a#1', {} as DeadLetter, 10_000)
    await answers.retried('a#1', {} as DeadLetter, longestTimerMs)
    expect(waits).toEqual([11_000, longestTimerMs])
  })
})
