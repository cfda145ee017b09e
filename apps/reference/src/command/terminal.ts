import type { Facts, MillraceEvent, Progress } from '@millrace/contracts'
import { createProgressBar, type TerminalStream } from './progress-bar.js'

/** What a run shows on standard error while it runs. */
export interface Terminal {
  /** Takes an event of the runtime: progress moves the bar, log lines are printed. */
  hear(event: MillraceEvent): void
  /** Prints text on lines of its own. */
  print(text: string): void
}

/** Makes a terminal on a stream; a quiet one shows warnings only. */
export function createTerminal(stream: TerminalStream, quiet: boolean, clock: () => number): Terminal {
  const bar = createProgressBar(stream, clock)
  const print = (text: string) => {
    bar.clear()
    stream.write(text.endsWith('\n') ? text : `${text}\n`)
  }
  return {
    print,
    hear({ name, level, facts }) {
      if (name === 'source.progress' && !quiet) bar.show(progressOf(facts))
      if (name === 'node.log' && (!quiet || level === 'warn' || level === 'error')) print(`${facts.message}`)
    },
  }
}

function progressOf({ done, total, unit }: Facts): Progress {
  return { done: Number(done), unit: String(unit), ...(typeof total === 'number' ? { total } : {}) }
}
