import type { Output } from './output.js'

const pieceChars = 64 * 1024
const maxWaitingChars = 4 * pieceChars

/** Collects lines into pieces worth a write. */
export interface LineBuffer {
  /**
   * Takes a line without its end.
   *
   * @returns a promise only when a write is outstanding and so much waits for it that the next line must wait too
   * @throws what an earlier write has thrown
   */
  append(text: string): void | Promise<void>
  /** Writes all that waits. @throws what any write has thrown */
  flush(): Promise<void>
}

/** Makes a buffer in front of an output; one piece is written at a time, and pieces hold whole lines only. */
export function createLineBuffer(output: Pick<Output, 'put'>): LineBuffer {
  let waiting = ''
  let writing: Promise<void> | undefined
  let failure: { readonly error: unknown } | undefined

  function startWrite(): void {
    const piece = Buffer.from(waiting)
    waiting = ''
    writing = output.put(piece).then(writeEnded, writeFailed)
  }

  function writeEnded(): void {
    writing = undefined
    if (waiting.length >= pieceChars) startWrite()
  }

  function writeFailed(error: unknown): void {
    writing = undefined
    failure = { error }
  }

  function throwFailure(): void {
    if (failure !== undefined) throw failure.error
  }

  return {
    append(text) {
      throwFailure()
      waiting += `${text}\n`
      if (waiting.length >= pieceChars && writing === undefined) startWrite()
      return waiting.length < maxWaitingChars ? undefined : writing?.then(throwFailure)
    },
    async flush() {
      while (writing !== undefined) await writing
      throwFailure()
      if (waiting === '') return
      startWrite()
      await writing
      throwFailure()
    },
  }
}
