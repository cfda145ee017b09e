import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Collects all that nobody holds. No flag of Node is needed. */
export async function collectGarbage(): Promise<void> {
  // What a WeakRef has shown lives to the end of the turn.
  await nextTurn()
  collectNow()
}

/** Bytes on the heap that are alive. What a WeakRef has shown in this turn of the loop counts as alive. */
export function liveHeapBytes(): number {
  collectNow()
  return process.memoryUsage().heapUsed
}

/** Bytes of array buffers that are alive, those of `Buffer`s among them. */
export function liveBufferBytes(): number {
  collectNow()
  // V8 frees what one collection has found dead beside the program, and has done so when the next one begins.
  collectNow()
  return process.memoryUsage().arrayBuffers
}

function collectNow(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void // the flag has made it
  collect()
}
