import type { SlotId } from '@millrace/contracts'

/** What is waited for where a root entered: its reply, its reply as text that is only passed on, or nothing. */
export type Awaited = 'reply' | 'text' | 'nothing'

const endings: Readonly<Record<Awaited, string>> = { reply: ':', text: ';', nothing: '/' }

/**
 * Where roots enter, in every worker: `slot.incarnation:`, `slot.incarnation;` or `slot.incarnation/`, by what is waited for there.
 * The incarnation keeps the roots of a replacement apart from those of the process it replaces.
 */
export function rootOrigin(slot: SlotId, incarnation: number, awaited: Awaited): string {
  return `${slot}.${incarnation}${endings[awaited]}`
}

/** The slot that a root or a domain entered at. */
export function originOf(name: string): SlotId {
  return name.slice(0, name.indexOf('.', name.indexOf('#')))
}

/** Which process of its slot a root or a domain entered at. */
export function incarnationOf(name: string): number {
  return Number.parseInt(name.slice(name.indexOf('.', name.indexOf('#')) + 1), 10)
}

/** Whether a root or a domain entered in one process of a slot. @param name of its origin, or its own */
export function enteredAt(name: string, slot: SlotId, incarnation: number | undefined): boolean {
  return originOf(name) === slot && incarnationOf(name) === incarnation
}

/** Whether the origin of a root waits for its reply. */
export function waitsForReply(origin: string): boolean {
  return !origin.endsWith(endings.nothing)
}

/** Whether it passes the reply on as text, without reading it. */
export function waitsForText(origin: string): boolean {
  return origin.endsWith(endings.text)
}
