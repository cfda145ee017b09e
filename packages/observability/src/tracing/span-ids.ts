import { randomFillSync } from 'node:crypto'

/** Bytes that are drawn at once: drawing for each span costs more than the rest of the span. */
const poolBytes = 4096
const traceDigits = 32
const spanDigits = 16

/** Makes ids of W3C Trace Context, as lower-case hex digits. */
export interface SpanIds {
  trace(): string
  span(): string
}

/** Makes a source of random ids; none of them is all zeros, which W3C forbids. */
export function createSpanIds(): SpanIds {
  const pool = Buffer.alloc(poolBytes)
  let digits = ''
  let at = 0

  function draw(length: number): string {
    if (at + length > digits.length) {
      digits = randomFillSync(pool).toString('hex')
      at = 0
    }
    const id = digits.slice(at, at + length)
    at += length
    return id
  }

  function valid(length: number, zeros: string): string {
    let id = draw(length)
    while (id === zeros) id = draw(length)
    return id
  }

  return {
    trace: () => valid(traceDigits, noTrace),
    span: () => valid(spanDigits, noSpan),
  }
}

const noTrace = '0'.repeat(traceDigits)
const noSpan = '0'.repeat(spanDigits)
