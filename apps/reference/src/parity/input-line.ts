import { openInput } from '../ingress/input.js'
import { createLineSplitter } from '../ingress/line-splitter.js'
import { readAttempt } from '../ingress/read-attempt.js'

/** A line of input. */
export interface InputLine {
  /** From 1. */
  readonly number: number
  readonly text: string
}

/**
 * Finds the line of input that a line of output answers: every line that is not blank is answered, in order.
 *
 * @param answer number of the line of output, from 1
 * @returns undefined where the input has not so many
 */
export async function answeredLine(input: string, answer: number): Promise<InputLine | undefined> {
  const splitter = createLineSplitter()
  let [number, answered] = [0, 0]
  const { chunks } = await openInput(input)
  for await (const chunk of chunksAndEnd(chunks(new AbortController().signal))) {
    for (const line of chunk === undefined ? splitter.end() : splitter.push(chunk)) {
      number++
      if (readAttempt(line) !== undefined) answered++
      if (answered === answer) return { number, text: line.fault ?? line.text }
    }
  }
  return undefined
}

async function* chunksAndEnd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array | undefined> {
  yield* chunks
  yield undefined
}
