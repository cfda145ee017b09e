/** What lets the workers of a test run from source; a test's own flags are not for them. */
export const workerFlags = ['--import', 'tsx', '--conditions=@millrace/source'] as const
