/**
 * What is said over a control socket: lines of JSON.
 *
 *   client → application   {"id":1,"ask":"watch","facts":{"intervalMs":1000}}
 *   application → client   {"id":1,"item":…}       as often as there is something to say
 *                          {"id":1,"done":…}       the last answer
 *                          {"id":1,"error":{"code","message","facts"}}   or this
 *
 * 1. A line is at most 16 MiB to a client, and 64 KiB from it beside what two of the largest payloads take. Who sends more is cut
 *    off.
 * 2. A client that closes its side ends what it has asked for.
 * 3. A client is not heard while it leaves unread what it was told. It has at most 128 questions open; one more is an error.
 * 4. No payload, secret or environment is ever told by the application. A client sends the payload of a dead letter.
 */
import { type ErrorReport, isErrorCode } from '@millrace/contracts'

/** Longest line of a client. A payload of bytes is a third longer as text. @param maxPayloadBytes of the application */
export function longestQuestionBytes(maxPayloadBytes: number): number {
  return 65_536 + 2 * maxPayloadBytes
}

/** Longest line of an application: metrics of a hundred nodes in each of 32 workers are more than a megabyte. */
export const longestAnswerBytes = 16_777_216

/** A question of a client. */
export interface ControlQuestion {
  readonly id: number
  readonly ask: string
  readonly facts: Readonly<Record<string, unknown>>
}

/** What an application says to a question. */
export type ControlAnswer =
  | { readonly id: number; readonly item: unknown }
  | { readonly id: number; readonly done: unknown }
  | { readonly id: number; readonly error: ErrorReport }

/** @returns undefined for a line that is no question */
export function readQuestion(line: string): ControlQuestion | undefined {
  const said = parsed(line)
  if (said === undefined || !Number.isSafeInteger(said.id) || typeof said.ask !== 'string') return undefined
  return { id: Number(said.id), ask: said.ask, facts: isRecord(said.facts) ? said.facts : {} }
}

/** @returns undefined for a line that is no answer */
export function readAnswer(line: string): ControlAnswer | undefined {
  const said = parsed(line)
  if (said === undefined || !Number.isSafeInteger(said.id)) return undefined
  const id = Number(said.id)
  if ('item' in said) return { id, item: said.item }
  if ('done' in said) return { id, done: said.done }
  return isReport(said.error) ? { id, error: said.error } : undefined
}

/** Takes a stream of text apart into lines, none longer than a limit. */
export class LineReader {
  #rest = ''
  readonly #longest: number

  constructor(longest: number) {
    this.#longest = longest
  }

  /** @returns the lines that a piece completes; undefined when one is too long */
  take(piece: string): readonly string[] | undefined {
    const lines = (this.#rest + piece).split('\n')
    this.#rest = lines.pop() ?? ''
    return this.#rest.length > this.#longest || lines.some(({ length }) => length > this.#longest) ? undefined : lines
  }
}

type Fields = Readonly<Record<string, unknown>>

function parsed(line: string): Fields | undefined {
  try {
    const said: unknown = JSON.parse(line)
    return isRecord(said) ? said : undefined
  } catch {
    return undefined
  }
}

function isReport(error: unknown): error is ErrorReport {
  return isRecord(error) && isErrorCode(error.code) && typeof error.message === 'string' && isRecord(error.facts)
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
