/** A forked process that imports everything a worker imports, in the order in which that does, says so and does nothing. */
import { runWorker } from '@millrace/supervisor'
import { loadWorker } from '../../../../packages/kernel/src/worker/load-worker.js'

const worker = [runWorker, loadWorker]
const application = [await import('@millrace/transport-tcp-secure'), await import('./start-nodes.js')]
process.send?.([...worker, ...application].length)
