/** Preloaded into every process: a second after its start the wall clock jumps two hours ahead. */
const { now } = Date
const start = performance.now()
const [jumpAfterMs, jumpMs] = [1000, 2 * 3_600_000]
Date.now = () => now() + (performance.now() - start > jumpAfterMs ? jumpMs : 0)
