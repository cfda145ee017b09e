import type { DropEnd } from './drop-letters.js'
import type { DeadLetter } from './letter-line.js'
import type { LetterBook } from './read-letters.js'

/** Where the dead letters of an application are, for who looks after them. */
export interface LetterStore {
  /** Its name for people: a path, or a stream and its server. */
  readonly place: string
  /** @throws MillraceError CONFIG_UNREADABLE, BACKEND_UNAVAILABLE */
  book(): Promise<LetterBook>
  /** The letter of an id, with its payload; undefined where there is none that is not dropped. @throws as `book` */
  letter(id: string): Promise<DeadLetter | undefined>
  /** Letters with their payloads, one after the other; one that is dropped meanwhile may still come. @throws as `book` */
  letters(ids: readonly string[]): AsyncIterable<DeadLetter>
  /** @throws MillraceError BACKEND_UNAVAILABLE; some of them may be dropped then */
  drop(ids: readonly string[], now: number): Promise<DropEnd>
  close(): Promise<void>
}
