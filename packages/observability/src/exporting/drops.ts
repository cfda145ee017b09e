import type { EventEmitter } from '@millrace/contracts'

/** Counts what exporters lose, and tells of it seldom. */
export interface Drops {
  /**
   * @param quiet how many of them are themselves about drops: they are counted, but telling of them would never end
   */
  add(exporter: string, count: number, quiet?: number): void
  /** By exporter, since the start. */
  counts(): Readonly<Record<string, number>>
  /** Tells at once of what has not been told yet. */
  close(): void
}

const tellEveryMs = 5_000

interface Lost {
  total: number
  untold: number
  timer: NodeJS.Timeout | undefined
}

/** Makes a counter whose event `exporter.dropped` comes at most once in five seconds for each exporter, with the sum. */
export function createDrops(exporters: readonly string[], events: EventEmitter, everyMs: number = tellEveryMs): Drops {
  const lost = new Map<string, Lost>(exporters.map((name) => [name, { total: 0, untold: 0, timer: undefined }]))

  function tell(exporter: string, entry: Lost): void {
    const count = entry.untold
    entry.untold = 0
    // Before the event: a listener may lose its own line by it.
    entry.timer = setTimeout(() => rest(exporter, entry), everyMs).unref()
    events.emit('exporter.dropped', { exporter, count })
  }

  function rest(exporter: string, entry: Lost): void {
    entry.timer = undefined
    if (entry.untold > 0) tell(exporter, entry)
  }

  return {
    add(exporter, count, quiet = 0) {
      const entry = lost.get(exporter)
      if (entry === undefined || count === 0) return
      entry.total += count
      entry.untold += count - quiet
      if (entry.timer === undefined && entry.untold > 0) tell(exporter, entry)
    },
    counts: () => Object.fromEntries([...lost].map(([name, { total }]) => [name, total])),
    close() {
      for (const [exporter, entry] of lost) {
        clearTimeout(entry.timer)
        if (entry.untold > 0) events.emit('exporter.dropped', { exporter, count: entry.untold })
        entry.untold = 0
        entry.timer = undefined
      }
    },
  }
}
