import type { EventLevel, Facts, MillraceEvent, Progress } from '@millrace/contracts'
import type { Runtime } from '@millrace/kernel'
import type { Io } from '../io.js'
import { eventJson, eventLine, isFrom } from './event-line.js'
import { createProgressLine, type ProgressStyle } from './progress-line.js'

/** What is shown of a run while it lasts. */
export interface WatchOptions {
  /** From which level on events are written to standard error. */
  readonly logLevel: EventLevel
  /** Whether events are written as NDJSON instead of text. */
  readonly logJson: boolean
  readonly progress: ProgressStyle
  /** Monotonic, in milliseconds. */
  readonly clock: () => number
}

/** What writes to standard error while a run lasts. */
export interface EventWatch {
  /** Writes a line for people, without disturbing the progress bar. */
  say(text: string): void
  /** Takes the progress bar away and hears no more events. */
  close(): void
}

/** Shows the events of a runtime, and how far its sources have come, on standard error. */
export function watchEvents(
  runtime: Pick<Runtime, 'subscribe'>,
  { stderr }: Pick<Io, 'stderr'>,
  options: WatchOptions,
): EventWatch {
  const progress = createProgressLine(stderr, options.progress, options.clock)
  const line = options.logJson ? eventJson : eventLine
  const say = (text: string): void => {
    progress.clear()
    stderr.write(`${text}\n`)
  }
  let listens = false
  const unsubscribe = runtime.subscribe((event: MillraceEvent) => {
    if (isFrom(event.level, options.logLevel)) say(line(event))
    else if (event.name === 'web.listening' && !listens && !options.logJson) {
      listens = true // a web worker that is replaced says so again
      say(listeningText(event.facts))
    }
    if (event.name === 'source.progress') progress.show(String(event.facts.source), progressOf(event.facts))
  })
  return {
    say,
    close() {
      progress.clear()
      unsubscribe()
    },
  }
}

/** A service says nothing more until it ends: people must know from when on they can ask it. */
function listeningText({ url, documentation }: Facts): string {
  return documentation === undefined ? `listening on ${url}` : `listening on ${url} (documentation: ${documentation})`
}

function progressOf({ done, total, unit }: Facts): Progress {
  return { done: Number(done), unit: String(unit), ...(typeof total === 'number' ? { total } : {}) }
}
