import { Worker } from 'bullmq'
import { becomeAnswerer } from './answerer.mjs'
import { checked } from './check.mjs'

const worker = new Worker('echo', async ({ data }) => checked(data), {
  connection: { url: process.argv[2], maxRetriesPerRequest: null },
  concurrency: 64,
})
await worker.waitUntilReady()
becomeAnswerer()
