import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the programs of other systems are, with a package and a lockfile of their own. */
export const peersFolder: string = fileURLToPath(new URL('../../peers', import.meta.url))

/**
 * Installs the systems that we are measured beside, where that has not been done since their lockfile changed. They belong to
 * the bench alone: nothing else in the workspace installs them.
 *
 * @throws Error when npm fails; what it says on standard error is shown
 */
export async function installPeers(progress: (text: string) => void): Promise<void> {
  const installed = join(peersFolder, 'node_modules', '.package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(peersFolder, 'package-lock.json')).mtimeMs)
    return
  progress(`installing the systems that we are measured beside, once (npm ci in ${peersFolder})`)
  const npm = spawn('npm', ['ci', '--loglevel=error'], { cwd: peersFolder, stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = (await once(npm, 'close')) as [number | null]
  if (code !== 0)
    throw new Error(`npm ci in ${peersFolder} ended with exit code ${code}; we are measured beside what it installs`)
}
