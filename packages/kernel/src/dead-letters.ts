/** For programs that look after the dead letters of applications: which there are, and how they leave. */

export { type DropEnd, dropDeadLetters } from './dead-letters/drop-letters.js'
export { fileLetters } from './dead-letters/file-letters.js'
export { type DeadLetter, isLetterId } from './dead-letters/letter-line.js'
export type { LetterStore } from './dead-letters/letter-store.js'
export { openLetters } from './dead-letters/open-letters.js'
export {
  type LetterBook,
  type LetterSummary,
  lettersOf,
  readDeadLetter,
  readDeadLetters,
  type UnreadableLine,
} from './dead-letters/read-letters.js'
