/** What is reachable on the heap, once everything else has been collected. @throws Error without `--expose-gc` */
export function liveHeapBytes(): number {
  if (globalThis.gc === undefined) throw new Error('start Node with --expose-gc')
  globalThis.gc()
  return process.memoryUsage().heapUsed
}
