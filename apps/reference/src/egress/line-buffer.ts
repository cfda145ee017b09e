import type { Output } from './output.js'

const pieceChars = 64 * 1024
const maxWaitingChars = 4 * pieceChars
const maxDelayMs = 100

/** Collects lines into pieces worth a write. */
export interface LineBuffer {
  /**
   * Takes a line without its end.
   *
   * @returns a promise only when a write is outstanding and so much waits for it that the next line must wait too
   * @throws what an earlier write has thrown
   */
  append(text: string): void | Promise<void>
  /**
   * Writes all that was appended before this call, whatever is appended meanwhile.
   *
   * @returns how many bytes that is, from the first line on
   * @throws what any write has thrown
   */
  flush(): Promise<number>
}

/**
 * Makes a buffer in front of an output; one piece is written at a time, and pieces hold whole lines only. A slow stream does
 * not wait for a whole piece: after a tenth of a second what there is is written.
 */
export function createLineBuffer(output: Pick<Output, 'put'>): LineBuffer {
  let waiting = ''
  /** In bytes; a piece that is being written is begun. */
  let begun = 0
  let written = 0
  let writing: Promise<void> | undefined
  let failure: { readonly error: unknown } | undefined
  let delay: NodeJS.Timeout | undefined

  function startWrite(): void {
    clearTimeout(delay)
    delay = undefined
    const piece = Buffer.from(waiting)
    waiting = ''
    begun += piece.length
    writing = output.put(piece).then(writeEnded, writeFailed)
  }

  function writeSoon(): void {
    if (waiting.length >= pieceChars) startWrite()
    else if (waiting !== '') delay ??= setTimeout(startWrite, maxDelayMs)
  }

  function writeEnded(): void {
    writing = undefined
    written = begun
    writeSoon()
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
      if (writing === undefined) writeSoon()
      return waiting.length < maxWaitingChars ? undefined : writing?.then(throwFailure)
    },
    async flush() {
      const end = begun + Buffer.byteLength(waiting)
      throwFailure()
      while (written < end) {
        if (writing === undefined) startWrite()
        await writing
        throwFailure()
      }
      return end
    },
  }
}
