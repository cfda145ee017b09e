import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { createEventEmitter } from '@millrace/contracts'
import fc from 'fast-check'
import { createDrops } from './drops.js'
import { createPipeline, type PipelineLimits, type Send } from './pipeline.js'

const limits = { maxQueued: 10, maxBatch: 4, maxInFlight: 1, delayMs: 1, restMs: [1, 2] as const }
const never = new AbortController().signal

function pipelineTo(send: Send<number>, given: Partial<PipelineLimits> = {}) {
  const drops = createDrops(['x'], createEventEmitter())
  const pipeline = createPipeline({ exporter: 'x', send, drops, limits: { ...limits, ...given } })
  return { ...pipeline, lost: () => drops.counts().x }
}

describe('createPipeline', () => {
  it('sends in order, in batches that are not too long', async () => {
    const sent: (readonly number[])[] = []
    const { add, close, lost } = pipelineTo(async (items) => sent.push(items) * 0)
    for (let item = 0; item < 10; item += 1) add(item)
    await close(never)
    expect(sent.flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(Math.max(...sent.map(({ length }) => length))).toBeLessThanOrEqual(4)
    expect(lost()).toBe(0)
  })

  it('sends a batch that is not full after its delay', async () => {
    const sent = new Promise((resolve) => {
      pipelineTo(async (items) => {
        resolve(items)
        return 0
      }).add(1)
    })
    expect(await sent).toEqual([1])
  })

  it('drops what does not fit into the queue', async () => {
    const { add, close, lost } = pipelineTo(() => new Promise(() => undefined), { maxBatch: 1 })
    for (let item = 0; item < 100; item += 1) add(item)
    expect(lost()).toBe(89)
    await close(AbortSignal.abort())
    expect(lost()).toBe(100)
  })

  it('drops what would be too large together with what waits and what is being sent', async () => {
    let sent: (refused: number) => void = () => undefined
    const send: Send<number> = () =>
      new Promise((resolve) => {
        sent = resolve
      })
    const drops = createDrops(['x'], createEventEmitter())
    const sized = { ...limits, maxBatch: 1, maxSize: 10 }
    const { add, close } = createPipeline({ exporter: 'x', send, drops, limits: sized, sizeOf: (item) => item })
    for (const size of [4, 5, 2, 1]) add(size)
    expect(drops.counts()).toEqual({ x: 1 })
    sent(0)
    await turn()
    for (const size of [5, 4]) add(size)
    expect(drops.counts()).toEqual({ x: 2 })
    await close(AbortSignal.abort())
  })

  it('drops what is added after the end', async () => {
    const { add, close, lost } = pipelineTo(async () => 0)
    await close(never)
    add(1)
    expect(lost()).toBe(1)
  })

  it('lets a receiver that takes nothing rest, longer each time, and goes on when it takes something', async () => {
    const at: number[] = []
    let taken = 0
    let tellTaken = (): void => undefined
    const allTaken = new Promise<void>((resolve) => {
      tellTaken = resolve
    })
    const { add, close } = pipelineTo(
      async ({ length }) => {
        at.push(performance.now())
        if (at.length < 4) return length
        taken += length
        if (taken === 97) tellTaken()
        return 0
      },
      { maxBatch: 1, maxQueued: 1_000, restMs: [20, 80] },
    )
    for (let item = 0; item < 100; item += 1) add(item)
    await allTaken
    const [first = 0, second = 0, third = 0, fourth = 0] = at
    // Timers may come a millisecond early.
    expect(second - first).toBeGreaterThanOrEqual(19)
    expect(third - second).toBeGreaterThanOrEqual(39)
    expect(fourth - third).toBeGreaterThanOrEqual(79)
    await close(never)
  })

  it('takes every item for sent or for lost, once, whatever its receiver does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('takes', 'throws', 'rejects', 'refuses', 'hangs'), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 4 }),
        async (answers, count, maxInFlight) => {
          let taken = 0
          let call = 0
          const { add, close, lost } = pipelineTo(
            (items) => {
              const answer = answers[call++ % answers.length]
              if (answer === 'throws') throw new Error('no')
              if (answer === 'rejects') return Promise.reject(new Error('no'))
              if (answer === 'hangs') return new Promise(() => undefined)
              const refused = answer === 'refuses' ? 1 : 0
              taken += items.length - refused
              return Promise.resolve(refused)
            },
            { maxInFlight },
          )
          for (let item = 0; item < count; item += 1) {
            add(item)
            if (item % 7 === 0) await null
          }
          await close(AbortSignal.timeout(5))
          expect(taken + (lost() ?? Number.NaN)).toBe(count)
        },
      ),
      { numRuns: 200 },
    )
  })
})
