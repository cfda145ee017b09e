/** The program of a worker process: a supervisor spawns it and tells it over the inherited channel what it is. */
import { runWorker } from '@millrace/supervisor'
import { loadWorker } from './worker/load-worker.js'

await runWorker(loadWorker)
