import { join } from 'node:path'

/** Flags of Node for a process that runs the TypeScript sources of this repository. They are fit for its workers too. */
export const sourceFlags: readonly string[] = [
  '--require',
  join(bundles(process.env), 'instead-of-tsx.cjs'),
  '--conditions=@millrace/source',
  '--experimental-vm-modules',
  '--experimental-import-meta-resolve',
  '--disable-warning=ExperimentalWarning',
]

function bundles({ MILLRACE_BUNDLES: folder }: NodeJS.ProcessEnv): string {
  if (folder === undefined) throw new Error('there are no bundles of the sources; bundled.mjs makes them')
  return folder
}
