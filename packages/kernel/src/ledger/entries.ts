/**
 * How the ledger of a slot is written down: one text for each entry, under a name that says what it is about.
 *
 * - `run`: the run that the ledger belongs to
 * - `cursor <domain> <node>`: how far a node has come in an order domain, `3.0.1`
 * - `taken <root> <node> <position>`: a message of no domain that a node has handled; until when it may come again
 * - `work <scope> <position>`: a message that is not done, or the messages of a handler that are not all sent
 * - `note <name>`: where a source or a sink goes on
 *
 * The parts of a name are divided by tabs. A scope is an order domain, or a root that belongs to none.
 */
import type { Position } from '@millrace/contracts'
import type { KeptPayload } from './payload-text.js'

/** What came of a recorded message and was not done. Numbers are those of the plan. */
export type Work =
  /** On its way to another slot. */
  | { readonly kind: 'sent'; readonly slot: string; readonly edge: number; readonly payload: KeptPayload }
  /** Waiting at a node here. */
  | {
      readonly kind: 'task'
      readonly node: number
      readonly emitter: number
      readonly type: number
      readonly payload: KeptPayload
    }
  /** What the handler of a node gave for the message at the position, from a child on; not all of it has been sent. */
  | { readonly kind: 'list'; readonly node: number; readonly child?: number; readonly messages: readonly KeptMessage[] }

/** A message as a list holds it. */
export interface KeptMessage {
  readonly type: string
  readonly to?: string
  readonly payload: KeptPayload
}

/** An entry, read. */
export type Entry =
  | { readonly kind: 'run'; readonly run: string }
  | { readonly kind: 'cursor'; readonly domain: string; readonly node: number; readonly position: Position }
  | { readonly kind: 'taken'; readonly root: string; readonly until: number }
  | { readonly kind: 'work'; readonly scope: string; readonly position: Position; readonly work: Work }
  | { readonly kind: 'note'; readonly name: string; readonly value: unknown }

export const runEntry = 'run'

export function cursorEntry(domain: string, node: number): string {
  return `cursor\t${domain}\t${node}`
}

export function takenEntry(root: string, node: number, position: Position): string {
  return `taken\t${root}\t${node}\t${positionText(position)}`
}

export function workEntry(scope: string, position: Position): string {
  return `work\t${scope}\t${positionText(position)}`
}

export function noteEntry(name: string): string {
  return `note\t${name}`
}

export function positionText(position: Position): string {
  return position.join('.')
}

/** @throws RangeError for what no version of this code has written */
export function readEntry(name: string, text: string): Entry {
  const [kind, first = '', second = ''] = name.split('\t')
  if (kind === 'run') return { kind, run: text }
  if (kind === 'cursor') return { kind, domain: first, node: Number(second), position: positionOf(text) }
  if (kind === 'taken') return { kind, root: first, until: Number(text) }
  if (kind === 'work') return { kind, scope: first, position: positionOf(second), work: JSON.parse(text) as Work } // as written below
  if (kind === 'note') return { kind, name: first, value: JSON.parse(text) }
  throw new RangeError(`the ledger has an entry '${kind}', which is not known`)
}

function positionOf(text: string): Position {
  return text.split('.').map(Number)
}
