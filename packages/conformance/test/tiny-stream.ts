import type { ReplyWaitersFlaw } from './tiny-reply-waiters.js'

/** A list of items for one reader, or one with a flaw. */
export interface TinyStream {
  readonly items: AsyncIterable<unknown>
  push(payload: unknown): undefined | Promise<void>
  finish(error: unknown): void
  /** Gives up what was not read. */
  abandon(): void
}

/** Makes a stream that reports its progress, and a reader that leaves. */
export function createTinyStream(
  flaw: ReplyWaitersFlaw | undefined,
  hooks: { readonly onProgress: () => void; readonly onBreak: () => void },
): TinyStream {
  const held: { readonly payload: unknown; readonly taken: () => void }[] = []
  let end: { readonly error: unknown } | undefined
  let wake: () => void = () => undefined
  let reading = 0

  async function* read(): AsyncGenerator<unknown> {
    let finished = false
    try {
      for (;;) {
        reading++
        if (held.length === 0 && end === undefined) await new Promise<void>((resolve) => (wake = resolve))
        reading--
        const item = flaw === 'reverses items' ? held.pop() : held.shift()
        if (item !== undefined) {
          hooks.onProgress()
          item.taken()
          yield item.payload
        } else if (end !== undefined) {
          finished = true
          if (end.error !== undefined && flaw !== 'drops the failure of a stream') throw end.error
          return
        }
      }
    } finally {
      if (!finished && flaw !== 'does not see a reader leave') hooks.onBreak()
    }
  }

  return {
    items: read(),
    push(payload) {
      if (held.length === 0) hooks.onProgress()
      if (reading > 0) {
        held.push({ payload, taken: () => undefined })
        wake()
        return undefined
      }
      if (flaw === 'tells its writer too soon') {
        held.push({ payload, taken: () => undefined })
        return Promise.resolve()
      }
      return new Promise((resolve) =>
        held.push({ payload, taken: flaw === 'never tells its writer' ? () => undefined : resolve }),
      )
    },
    finish(error) {
      end ??= { error }
      for (const { taken } of flaw === 'holds the writer of a stream that was cancelled' ? [] : held) taken()
      wake()
    },
    abandon() {
      for (const { taken } of held.splice(0)) taken()
    },
  }
}
