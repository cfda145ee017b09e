import { findApplication, openControlLine } from '@millrace/kernel/control'
import type { LetterStore, LetterSummary } from '@millrace/kernel/dead-letters'
import type { Command, Invocation, Operands } from '../command-line/command.js'
import { UsageError } from '../command-line/usage-error.js'
import { fileOption, letterOperands, withLetters } from '../dead-letters/letter-place.js'
import { noSuchLetter } from '../dead-letters/letter-table.js'
import { RetryReport, type RetryResult } from '../dead-letters/retry-report.js'
import { sendAgain } from '../dead-letters/send-again.js'
import { choiceOptions, letterChoice } from '../dead-letters/which-letters.js'
import { exitCodes, signalExitCodes } from '../exit-code.js'
import type { StopSignal } from '../io.js'
import { onStopSignals } from '../run/stop-signals.js'
import { verbose } from './shared-options.js'

const name = 'dead-letters retry'

const operands: Operands = { form: 'ID... [CONFIG...]', least: 0, most: Number.POSITIVE_INFINITY, missing: '' }

/** How many are under way at once, and how long one may take, in seconds: from, to, and where nothing is said. */
const inFlightRange = [1, 64, 8] as const
const timeoutRange = [0.1, 86_400, 60] as const

/** `millrace dead-letters retry`. */
export const retryLetters: Command = {
  name,
  summary: 'sends such messages to their nodes again, while the application runs',
  details: `Hands each letter to the running application, which sends its message to the node that could not handle it. When all
that comes of it is done, the letter is dropped; where anything of it fails, the letter stays. A message that its node
cannot handle again is a new letter in the place of the old one, and counts its RETRIES. --all means every letter, or
those that --node, --code and --since leave. Ctrl+C waits for the letters under way and begins no other, as it does when
a worker dies of one. Exit code 1 when not all were done. The application is the one of the scenario that the
configuration names, or --application.`,
  operands,
  options: {
    file: fileOption,
    application: { value: 'NAME', says: 'scenario or pid of the application (default: that of the configuration)' },
    ...choiceOptions('sends'),
    'in-flight': { value: 'COUNT', says: `letters under way at once, from 1 to 64 (default ${inFlightRange[2]})` },
    timeout: { value: 'SECONDS', says: `how long all that comes of a letter may take (default ${timeoutRange[2]})` },
    json: { says: 'prints what became of the letters, by their ids, as one line of JSON' },
    verbose,
  },
  example: {
    says: 'all that a node has left behind, now that it is mended',
    line: 'millrace dead-letters retry --all --node price app.yml',
  },
  async run(invocation) {
    const { ids, files } = letterOperands(invocation.operands)
    const choose = letterChoice(ids, invocation, Date.now(), name)
    const limits = { inFlight: inFlightOf(invocation), timeoutMs: timeoutOf(invocation) * 1000 }
    return await withLetters(files, invocation, name, async ({ store, scenario }) => {
      const { meant, unknown } = choose(await store.book())
      for (const id of unknown) invocation.io.stderr.write(noSuchLetter(id, store.place))
      const report = new RetryReport(invocation.io, meant, () => performance.now())
      const sending = { store, scenario, meant, report, limits }
      const signal = meant.length > 0 ? await sendAll(sending, invocation) : undefined
      return await conclude(report, store, unknown, invocation, signal)
    })
  },
}

interface Sending {
  readonly store: LetterStore
  readonly scenario: string | undefined
  readonly meant: readonly LetterSummary[]
  readonly report: RetryReport
  readonly limits: { readonly inFlight: number; readonly timeoutMs: number }
}

/** @returns the signal that has ended it; undefined for none @throws MillraceError CONTROL_UNAVAILABLE where nobody can be asked */
async function sendAll(
  { store, scenario, meant, report, limits }: Sending,
  { values, io }: Invocation,
): Promise<StopSignal | undefined> {
  const line = openControlLine(findApplication(values.application ?? scenario))
  const stop = new AbortController()
  let ended: StopSignal | undefined
  const giveBack = onStopSignals(io, {
    first(signal) {
      ended = signal
      report.say(`${signal}: waiting for the letters that are under way; once more waits for none`)
      stop.abort()
    },
    again: () => line.close(),
  })
  try {
    const ids = meant.map(({ id }) => id)
    const fatal = await sendAgain(store.letters(ids), line, { ...limits, stop: stop.signal, told: report.tell })
    if (fatal !== undefined) report.say(`no other letter is tried after ${fatal.code}`)
  } finally {
    giveBack()
    line.close()
  }
  return ended
}

async function conclude(
  report: RetryReport,
  store: LetterStore,
  unknown: readonly string[],
  { flags, io }: Invocation,
  signal: StopSignal | undefined,
): Promise<number> {
  // The application has dropped them where it has its own letters; this takes them out of the file, which may be another.
  const { kept } = await store.drop(report.gone, Date.now())
  const result = report.result(unknown, (await store.book()).letters.length)
  if (flags.has('json')) io.stdout.write(`${JSON.stringify(result)}\n`)
  report.sum(result)
  if (kept !== undefined) report.say(`they are marked as dropped and still in ${store.place}, because ${kept}`)
  if (signal !== undefined && result.untried.length > 0) return signalExitCodes[signal]
  return isAllDone(result) ? exitCodes.done : exitCodes.failed
}

function isAllDone({ again, failed, untried, unknown }: RetryResult): boolean {
  return [again, failed, untried, unknown].every(({ length }) => length === 0)
}

function inFlightOf({ values }: Invocation): number {
  const [least, most, usual] = inFlightRange
  const count = Number(values['in-flight'] ?? usual)
  if (Number.isInteger(count) && count >= least && count <= most) return count
  throw new UsageError(`--in-flight must be a whole number from ${least} to ${most}`, name)
}

function timeoutOf({ values }: Invocation): number {
  const [least, most, usual] = timeoutRange
  const seconds = Number(values.timeout ?? usual)
  if (seconds >= least && seconds <= most) return seconds
  throw new UsageError(`--timeout must be a number of seconds from ${least} to ${most}`, name)
}
