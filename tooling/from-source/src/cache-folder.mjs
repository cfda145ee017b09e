import { fileURLToPath } from 'node:url'

/** What is transformed or bundled is kept here. */
export const cacheFolder = fileURLToPath(new URL('../../../node_modules/.cache/millrace/from-source', import.meta.url))
