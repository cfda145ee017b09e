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
  return live('heapUsed')
}

/** Bytes of array buffers that are alive, those of `Buffer`s among them. */
export function liveBufferBytes(): number {
  return live('arrayBuffers')
}

/** Node itself makes and drops so much. */
const negligibleBytes = 10_000

/**
 * Collects until that frees next to nothing more. A collection may be the end of one that V8 has begun by itself, which takes all that was made
 * meanwhile for alive; and what one has found dead is freed beside the program, and has been when the next begins.
 */
function live(kind: 'heapUsed' | 'arrayBuffers'): number {
  let least = Number.POSITIVE_INFINITY
  for (let inVain = 0; inVain < 2; ) {
    collectNow()
    const bytes = process.memoryUsage()[kind]
    inVain = bytes < least - negligibleBytes ? 0 : inVain + 1
    least = Math.min(least, bytes)
  }
  return least
}

function collectNow(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void // the flag has made it
  collect()
}
