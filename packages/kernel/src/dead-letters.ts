/** For programs that look after the dead letters of applications: what is in the file, and how letters leave it. */

export { type DropEnd, dropDeadLetters } from './dead-letters/drop-letters.js'
export { type DeadLetter, isLetterId } from './dead-letters/letter-line.js'
export { fileLetters, type LetterStore } from './dead-letters/letter-store.js'
export {
  type LetterBook,
  type LetterSummary,
  lettersOf,
  readDeadLetter,
  readDeadLetters,
  type UnreadableLine,
} from './dead-letters/read-letters.js'
