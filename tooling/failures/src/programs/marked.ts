/**
 * Values that nothing may tell of. They travel in payload fields, the first one in a field whose name says what it is, and stands in
 * the texts of errors that handlers throw.
 */
export const marked = {
  password: 'correct-horse-battery-staple-1f7d',
  refused: 'refused-where-a-number-belongs-c0',
} as const

/** What handlers throw: for the operator's eyes, so it stands in events and log lines, and in no span and no metric. */
export const thrownText = 'thrown-by-a-handler-in-anger-83ac'
