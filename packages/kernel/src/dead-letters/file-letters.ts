import { dropDeadLetters } from './drop-letters.js'
import type { LetterStore } from './letter-store.js'
import { lettersOf, readDeadLetter, readDeadLetters } from './read-letters.js'

/** The letters in a file. */
export function fileLetters(path: string): LetterStore {
  return {
    place: path,
    book: async () => readDeadLetters(path),
    letter: async (id) => readDeadLetter(path, id),
    async *letters(ids) {
      yield* lettersOf(path, ids)
    },
    drop: async (ids, now) => dropDeadLetters(path, ids, now),
    close: async () => undefined,
  }
}
