/** What a worker ends with. Any other code, and a signal, is a crash. */
export const workerExitCode = {
  /** It was told to stop, and everything was closed. */
  graceful: 0,
  /** Its supervisor is gone. */
  orphaned: 1,
  /** It could not be made, or did not become ready. */
  startFailed: 3,
  /** It was told to stop, and something had to be given up. */
  forced: 5,
} as const
