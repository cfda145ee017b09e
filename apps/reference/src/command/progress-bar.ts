import type { Progress } from '@millrace/contracts'

const width = 30
const redrawMs = 100
const clearLine = '\r\u001b[2K'

/** What is written on, as standard error is. */
export interface TerminalStream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** A line on a terminal that shows how far a source has come. */
export interface ProgressBar {
  show(progress: Progress): void
  /** Takes the line away, so that something else can be printed. */
  clear(): void
}

/**
 * Makes a bar on a terminal; anything that is no terminal is left alone.
 *
 * @param clock in milliseconds
 */
export function createProgressBar(terminal: TerminalStream, clock: () => number): ProgressBar {
  const startMs = clock()
  let drawnMs = Number.NEGATIVE_INFINITY
  let isDrawn = false
  return {
    show(progress) {
      const nowMs = clock()
      if (terminal.isTTY !== true || nowMs - drawnMs < redrawMs) return
      drawnMs = nowMs
      isDrawn = true
      terminal.write(`${clearLine}${lineOf(progress, nowMs - startMs)}`)
    },
    clear() {
      if (isDrawn) terminal.write(clearLine)
      isDrawn = false
    },
  }
}

function lineOf({ done, total }: Progress, elapsedMs: number): string {
  if (total === undefined || total === 0) return `${megabytes(done)} MB`
  const share = Math.min(1, done / total)
  const filled = Math.round(share * width)
  const leftSeconds = Math.ceil((elapsedMs * (1 / share - 1)) / 1000)
  const bar = '#'.repeat(filled) + '.'.repeat(width - filled)
  return `[${bar}] ${Math.floor(share * 100)} %  ${megabytes(done)} of ${megabytes(total)} MB  ${leftSeconds} s left`
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
