import { createDeferred } from './deferred.js'
import { settledWithin } from './ending.js'

/** How long a worker that is late may take to say what it waits for. */
const lastWordMs = 1000

/** Asks a worker that is late what it still waits for. */
export interface LastWord {
  /** @param send puts the question to it @returns in words; never empty */
  ask(send: () => void): Promise<readonly string[]>
  /** It answers. */
  heard(waitsFor: readonly string[]): void
}

/** Makes one that has not been asked. */
export function createLastWord(): LastWord {
  const answer = createDeferred<readonly string[]>()
  return {
    heard: answer.resolve,
    async ask(send) {
      send()
      if (!(await settledWithin(answer.promise, lastWordMs))) return ['its event loop, which is blocked']
      const waitsFor = await answer.promise
      return waitsFor.length === 0 ? ['its services'] : waitsFor
    },
  }
}
