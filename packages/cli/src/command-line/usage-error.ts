/** The command line cannot be understood. The message says why and what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
