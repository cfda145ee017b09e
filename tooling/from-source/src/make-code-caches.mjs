import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('./code-caches.mjs', import.meta.url))

/**
 * Has V8 keep what it makes of the bundles. That takes a process of its own, with the flags of those that read them.
 *
 * @param {string} folder that of the bundles
 */
export function makeCodeCaches(folder) {
  execFileSync(
    process.execPath,
    ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', program, folder],
    {
      env: {},
    },
  )
}
