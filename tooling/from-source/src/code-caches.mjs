/**
 * Writes beside each bundle of a folder what V8 makes of it, so that no process has to parse it again.
 *
 * See https://v8.dev/blog/code-caching-for-devs
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { SourceTextModule } from 'node:vm'

const [, , folder = ''] = process.argv
// With all functions in it: what one process never calls, another does.
setFlagsFromString('--no-lazy')
const modules = readdirSync(folder)
  .filter((name) => name.endsWith('.mjs'))
  .map((name) => ({ name, module: new SourceTextModule(readFileSync(join(folder, name), 'utf8')) }))
// V8 takes a cache only where all its flags are the same.
setFlagsFromString('--lazy')
for (const { name, module } of modules) writeFileSync(join(folder, `${name}.cache`), codeOf(module))

/** @param {SourceTextModule} module */
function codeOf(module) {
  // Node documents it, its types leave it out.
  return /** @type {SourceTextModule & { createCachedData(): Buffer }} */ (module).createCachedData()
}
