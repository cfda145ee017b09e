/**
 * What stands in the entries of an inbox, the stream that one process reads. A field `h` is the head, a text; any number of
 * fields `d` after it are the next bytes of the frames.
 *
 *     h = to SP number SP read SP kind [SP inbox SP slot]
 *
 * - `to` says whose the entry is: `>` and the id of a connection for the side that was dialled, `<` and the id for the side that
 *   has dialled. The dialler makes the id.
 * - `number` counts the entries of one side of a connection, from 1. `lost` has none: 0.
 * - `read` is how many bytes of frames this side has read of the other's, all in all: it grants as many more.
 * - `kind` is `open`, the first one of a connection, which names the inbox of the dialler and the slot that is dialled; `data`;
 *   `close`, after which this side says nothing more; or `lost`, which ends the connection at once.
 *
 * Heads are not signed: who can write into an inbox can end a connection, and no more. What is believed stands in the frames.
 */

/** What the sender of an entry says beside the bytes that it carries. */
export type EntryHead = { readonly to: string; readonly number: number; readonly read: number } & (
  | { readonly kind: 'data' | 'close' | 'lost' }
  | { readonly kind: 'open'; readonly inbox: string; readonly slot: string }
)

/** An entry that was read. */
export interface InboxEntry {
  readonly head: EntryHead
  /** Views that are valid only during the call they are handed over in. */
  readonly data: readonly Buffer[]
}

/** So many random bytes are the id of a connection. */
export const idBytes = 16

const idPattern = '[\\w-]{22}'
const namePattern = "[\\w.!~*'()%-]{1,512}"
const headPattern = new RegExp(
  `^([<>]${idPattern}) (\\d{1,15}) (\\d{1,15}) (?:(data|close|lost)|open (${namePattern}) (${namePattern}))$`,
  'u',
)
const longestHead = 2048

/** The fields of an entry, as XADD takes them. */
export function entryFields(head: EntryHead, data: readonly Buffer[]): (string | Buffer)[] {
  const fields: (string | Buffer)[] = ['h', headText(head)]
  for (const bytes of data) fields.push('d', bytes)
  return fields
}

/** Reads the fields of an entry; undefined for one that no sender of ours has written. */
export function readEntry(fields: readonly Buffer[]): InboxEntry | undefined {
  const [name, text, ...more] = fields
  if (name === undefined || text === undefined || !isField(name, 'h') || text.length > longestHead) return undefined
  const head = readHead(text.toString('latin1'))
  if (head === undefined || more.length % 2 !== 0) return undefined
  const data: Buffer[] = []
  for (let at = 0; at < more.length; at += 2) {
    const [field, bytes] = [more[at], more[at + 1]]
    if (field === undefined || bytes === undefined || !isField(field, 'd')) return undefined
    data.push(bytes)
  }
  return { head, data }
}

function headText(head: EntryHead): string {
  const { to, number, read, kind } = head
  const more = kind === 'open' ? ` ${head.inbox} ${encodeURIComponent(head.slot)}` : ''
  return `${to} ${number} ${read} ${kind}${more}`
}

function readHead(text: string): EntryHead | undefined {
  const [, to, number, read, kind, inbox, slot] = headPattern.exec(text) ?? []
  if (to === undefined) return undefined
  const said = { to, number: Number(number), read: Number(read) }
  if (kind === 'data' || kind === 'close' || kind === 'lost') return { ...said, kind }
  return inbox === undefined || slot === undefined ? undefined : openHead(said, inbox, slot)
}

function openHead(said: Pick<EntryHead, 'to' | 'number' | 'read'>, inbox: string, slot: string): EntryHead | undefined {
  try {
    return { ...said, kind: 'open', inbox, slot: decodeURIComponent(slot) }
  } catch {
    return undefined
  }
}

function isField(field: Buffer, name: 'h' | 'd'): boolean {
  return field.length === 1 && field[0] === name.charCodeAt(0)
}
