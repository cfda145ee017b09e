/** Flags of Node for a process that runs the TypeScript sources of this repository. They are fit for its workers too. */
export const sourceFlags: readonly string[] = ['--import', preload(process.env), '--conditions=@millrace/source']

function preload({ MILLRACE_BUNDLES }: NodeJS.ProcessEnv): string {
  const url = new URL('./instead-of-tsx.mjs', import.meta.url)
  if (MILLRACE_BUNDLES !== undefined) url.searchParams.set('bundles', MILLRACE_BUNDLES)
  return url.href
}
