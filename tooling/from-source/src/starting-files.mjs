import { fileURLToPath } from 'node:url'

const preload = fileURLToPath(new URL('./preload.cjs', import.meta.url))
const runMain = new URL('./run-main.mjs', import.meta.url).href

/**
 * The files beside the bundles that a process is started by. The command knows by the name of the first that it need not look for a
 * loader of TypeScript.
 *
 * @type {readonly import('./keep-bundles.mjs').BundleFile[]}
 */
export const startingFiles = [
  {
    path: 'instead-of-tsx.cjs',
    contents: Buffer.from(`require(${JSON.stringify(preload)}).runBy(__dirname + '/main.mjs')\n`),
  },
  {
    path: 'main.mjs',
    contents: Buffer.from(
      `import { runMain } from ${JSON.stringify(runMain)}\nawait runMain(new URL('.', import.meta.url))\n`,
    ),
  },
]
