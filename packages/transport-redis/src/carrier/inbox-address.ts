import type { SlotId } from '@millrace/contracts'

/** Where a slot can be dialled: the inbox of its process, and the slot. */
export interface InboxAddress {
  readonly inbox: string
  readonly slot: SlotId
}

const addressPattern = /^redis:([\w.!~*'()%-]{1,512})\/([\w.!~*'()%-]{1,512})$/u

/** What an inbox is called: who reads it can be seen in its name, and no other ever had it. */
export function inboxName(slot: SlotId, incarnation: number, random: Uint8Array): string {
  return `${encodeURIComponent(slot)}.${incarnation}.${Buffer.from(random).toString('hex')}`
}

/** What a peer dials: `redis:INBOX/SLOT`. */
export function inboxAddress({ inbox, slot }: InboxAddress): string {
  return `redis:${inbox}/${encodeURIComponent(slot)}`
}

/** Reads what `inboxAddress` has made; undefined for anything else. */
export function parseInboxAddress(address: string): InboxAddress | undefined {
  const [, inbox, slot] = addressPattern.exec(address) ?? []
  if (inbox === undefined || slot === undefined) return undefined
  try {
    return { inbox, slot: decodeURIComponent(slot) }
  } catch {
    return undefined
  }
}
