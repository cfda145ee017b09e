import type { Drops } from './drops.js'

/**
 * Sends a batch.
 *
 * @returns how many items of it the receiver refused. A rejection loses all of them
 */
export type Send<Item> = (items: readonly Item[], signal: AbortSignal) => Promise<number>

/** What bounds a pipeline. */
export interface PipelineLimits {
  /** Items that wait at most; further ones are dropped. */
  readonly maxQueued: number
  /** How large all items may be that wait or are being sent, as `sizeOf` has it. @default nothing bounds it */
  readonly maxSize?: number
  /** Items of one batch at most. */
  readonly maxBatch: number
  /** Batches that are being sent at once. */
  readonly maxInFlight: number
  /** How long the first item of a batch waits for more. */
  readonly delayMs: number
  /**
   * How long nothing is sent after a batch was lost, at first; twice as long after each further one, up to the second number. Making
   * batches for a receiver that refuses them costs what an application has better uses for.
   */
  readonly restMs: readonly [first: number, most: number]
}

/** What a pipeline is made of. */
export interface PipelineParts<Item> {
  /** Name of the exporter, by which its drops are counted. */
  readonly exporter: string
  readonly send: Send<Item>
  readonly drops: Drops
  readonly limits: PipelineLimits
  /** Tells items that are themselves about drops. @default none is */
  readonly isAboutDrops?: (item: Item) => boolean
  /** How large an item is. @default all are 0 */
  readonly sizeOf?: (item: Item) => number
}

/** A bounded queue in front of one receiver. It never waits and never throws: what cannot be sent is dropped and counted. */
export interface Pipeline<Item> {
  add(item: Item): void
  /** Sends what waits, without waiting for more. */
  flush(): void
  /** Sends what is left until `signal` aborts, and drops the rest. What is added from now on is dropped. */
  close(signal: AbortSignal): Promise<void>
}

/** Makes a pipeline that keeps the order of its items, unless more than one batch may be in flight. */
export function createPipeline<Item>({
  exporter,
  send,
  drops,
  limits,
  isAboutDrops = () => false,
  sizeOf = () => 0,
}: PipelineParts<Item>): Pipeline<Item> {
  const { maxQueued, maxSize = Number.POSITIVE_INFINITY, maxBatch, maxInFlight, delayMs, restMs } = limits
  const giveUp = new AbortController()
  const inFlight = new Set<Promise<void>>()
  let queue: Item[] = []
  /** Of all items that wait or are being sent. */
  let size = 0
  let timer: NodeJS.Timeout | undefined
  let closing = false
  let rest: NodeJS.Timeout | undefined
  let nextRestMs = restMs[0]

  function lose(items: readonly Item[], count: number): void {
    if (count <= 0) return
    const quiet = items.filter(isAboutDrops).length
    drops.add(exporter, count, Math.min(quiet, count))
  }

  function startRest(): void {
    if (closing || rest !== undefined) return
    rest = setTimeout(endRest, nextRestMs).unref()
    nextRestMs = Math.min(nextRestMs * 2, restMs[1])
  }

  function endRest(): void {
    clearTimeout(rest)
    rest = undefined
    pump(1)
  }

  /** Tells how a batch fared: some of it was taken, or none. */
  function settle(batch: readonly Item[], refused: number): void {
    lose(batch, refused)
    if (refused < batch.length) nextRestMs = restMs[0]
    else startRest()
  }

  /** Sends full batches; the timer, or the end, also one that is not full. */
  function pump(least: number): void {
    if (rest !== undefined) return
    while (queue.length >= least && inFlight.size < maxInFlight && !giveUp.signal.aborted) start(takeBatch())
    if (queue.length > 0 && inFlight.size < maxInFlight) timer ??= setTimeout(timeIsUp, delayMs).unref()
  }

  function takeBatch(): readonly Item[] {
    if (queue.length > maxBatch) return queue.splice(0, maxBatch)
    const batch = queue
    queue = []
    return batch
  }

  function timeIsUp(): void {
    timer = undefined
    pump(1)
  }

  function start(batch: readonly Item[]): void {
    const sending: Promise<void> = untilGivenUp(batch, giveUp.signal, send)
      .then(
        (refused) => settle(batch, Math.min(refused, batch.length)),
        () => settle(batch, batch.length),
      )
      .then(() => {
        inFlight.delete(sending)
        for (const item of batch) size -= sizeOf(item)
        pump(closing ? 1 : maxBatch)
      })
    inFlight.add(sending)
  }

  return {
    add(item) {
      const ownSize = sizeOf(item)
      if (closing || queue.length >= maxQueued || size + ownSize > maxSize) {
        drops.add(exporter, 1, isAboutDrops(item) ? 1 : 0)
        return
      }
      queue.push(item)
      size += ownSize
      if (queue.length >= maxBatch) pump(maxBatch)
      else timer ??= setTimeout(timeIsUp, delayMs).unref()
    },
    flush: () => pump(1),
    async close(signal) {
      closing = true
      clearTimeout(timer)
      const abort = (): void => giveUp.abort()
      signal.addEventListener('abort', abort)
      if (signal.aborted) abort()
      endRest()
      while (inFlight.size > 0) await Promise.all(inFlight)
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      const left = queue
      queue = []
      lose(left, left.length)
    },
  }
}

/** What is sent when the signal aborts counts as lost, whatever becomes of it. */
function untilGivenUp<Item>(items: readonly Item[], signal: AbortSignal, send: Send<Item>): Promise<number> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('given up'))
    signal.addEventListener('abort', abort, { once: true })
    new Promise<number>((sent) => sent(send(items, signal)))
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort))
  })
}
