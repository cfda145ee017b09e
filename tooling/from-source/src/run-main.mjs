import { pathToFileURL } from 'node:url'
import { ModuleLoader } from './module-loader.mjs'

/**
 * Runs the program that this process was started with.
 *
 * @param {URL} bundles their folder
 */
export async function runMain(bundles) {
  const main = pathToFileURL(process.argv[1] ?? '').href
  await new ModuleLoader(bundles).import(main, main)
}
