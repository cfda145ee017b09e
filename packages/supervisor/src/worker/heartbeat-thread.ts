/**
 * The thread that says for its process that it lives. It does so on a pipe that the supervisor holds the other end of.
 *
 * 1. Each beat is one byte, the number of turns the main loop has taken, modulo 256. So a beat can never be read in halves.
 * 2. The thread asks the main loop for a turn with each beat, and not again before it has had the last. So an idle loop is
 *    woken once for each beat, and a blocked one finds one question, not thousands.
 * 3. When the pipe ends, the supervisor is gone, and the thread kills its own process: the main loop may never come back to
 *    do it. It reads the pipe for that, and so needs no beat to find out.
 */
import { Worker } from 'node:worker_threads'

/** The thread of this process. */
export interface HeartbeatThread {
  /** Begins to beat. */
  beat(everyMs: number): void
}

/**
 * Starts the thread, which does not keep the process alive.
 *
 * @param fd the descriptor of the pipe
 */
export function startHeartbeatThread(fd: number): HeartbeatThread {
  const turns = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  // None of the preloads of the process: they would make each start slower, and the thread needs nothing of them.
  const thread = new Worker(source, { eval: true, execArgv: [], env: {}, workerData: { fd, turns } })
  thread.on('message', () => void Atomics.add(turns, 0, 1))
  thread.unref()
  return { beat: (everyMs) => thread.postMessage(everyMs) }
}

/** As text, so that it works alike from TypeScript source and from what is built, without a second file to be found. */
const source = `
const { Socket } = require('node:net')
const { parentPort, workerData } = require('node:worker_threads')
const { fd, turns } = workerData
const pipe = new Socket({ fd })
const die = () => process.kill(process.pid, 'SIGKILL')
pipe.on('end', die).on('error', die).on('close', die).resume()
let asked = 0
function beat() {
  const taken = Atomics.load(turns, 0)
  pipe.write(Buffer.of(taken & 255))
  if (taken !== asked) return
  asked++
  parentPort.postMessage('turn')
}
parentPort.once('message', (everyMs) => {
  setInterval(beat, everyMs)
  beat()
})
`
