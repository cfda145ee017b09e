import { MillraceError } from '@millrace/contracts'
import {
  type Conversation,
  converse,
  type FoundApplication,
  findApplication,
  type RuntimeWatch,
} from '@millrace/kernel/control'
import type { Command, Invocation, Operands } from '../command-line/command.js'
import { UsageError } from '../command-line/usage-error.js'
import { exitCodes, signalExitCodes } from '../exit-code.js'
import type { StopSignal } from '../io.js'
import { onStopSignals } from '../run/stop-signals.js'
import { createScreen } from '../top/screen.js'
import { topTable, withRates } from '../top/top-view.js'
import { verbose } from './shared-options.js'

const application: Operands = { form: '[APPLICATION]', least: 0, most: 1, missing: '' }

/** How often a new table is shown, in seconds: from, to, and where nothing is said. */
const [oftenest, rarest, usual] = [0.1, 60, 1] as const

/** `millrace top`. */
export const top: Command = {
  name: 'top',
  summary: 'shows the workers of a running application, as they are now',
  details: `APPLICATION is the scenario name or the pid of a running application; it can be left out where only one runs.
A live table on a terminal; Ctrl+C leaves it, and the application runs on. STARTS counts the processes that a
worker has had. HANDLED/S counts messages that nodes were called with. QUEUED messages wait for a place at
their node, and LAG is how long the first of them has waited. IN FLIGHT is what a worker holds and has not
finished. REDELIVERED counts messages that it has sent once more, as whoever held them died. LOOP DELAY is how
late its event loop was at worst since the last table. A worker that cannot say shows -, as it does while its
event loop is blocked. TO GROUP is how messages fare that are sent to a group: from sending one until all that
came of it is done.
--web opens no browser: it prints a link to the live page of the application, which works once, within five
minutes, on this machine.`,
  operands: application,
  options: {
    once: { says: 'shows one table, over one interval, and ends' },
    json: { says: 'prints a line of JSON instead of each table' },
    web: { says: 'prints a link that opens the live page once, where the application serves one' },
    interval: { value: 'SECONDS', says: `time between two tables, from ${oftenest} to ${rarest} (default ${usual})` },
    verbose,
  },
  example: {
    says: 'the memory of every worker, for a program that watches over it',
    line: "millrace top shop --once --json | jq '.workers[] | {slot, memory: .vitals.rssBytes}'",
  },
  async run(invocation) {
    const intervalMs = intervalOf(invocation) * 1000
    const found = findApplication(invocation.operands[0])
    if (invocation.flags.has('web')) return await printLink(found, invocation)
    const watched = converse(found, 'watch', { intervalMs })
    const { io } = invocation
    const leave = (): void => watched.close()
    let left: StopSignal | undefined
    const giveBack = onStopSignals(io, {
      first(signal) {
        left = signal
        leave()
      },
      again: leave,
    })
    io.stdout.on?.('error', leave)
    try {
      if (await show(watched, invocation)) return exitCodes.done
    } finally {
      io.stdout.off?.('error', leave)
      giveBack()
    }
    if (left !== undefined) return signalExitCodes[left]
    throw new MillraceError('CONTROL_UNAVAILABLE', 'the application ended before it said anything')
  },
}

/** Prints where the live page is. @throws MillraceError CONTROL_UNAVAILABLE where there is none */
async function printLink(found: FoundApplication, { flags, io }: Invocation): Promise<number> {
  for await (const link of converse(found, 'console'))
    io.stdout.write(flags.has('json') ? `${JSON.stringify({ link })}\n` : `${String(link)}\n`)
  return exitCodes.done
}

/** @returns whether there was anything to show */
async function show(watched: Conversation, { flags, io }: Invocation): Promise<boolean> {
  const once = flags.has('once')
  const screen = createScreen(once || flags.has('json') ? { write: (text) => io.stdout.write(text) } : io.stdout)
  let before: RuntimeWatch | undefined
  let shown = 0
  try {
    for await (const item of watched) {
      const now = item as RuntimeWatch // the application is of the same version
      const snapshot = withRates(now, before)
      if (before !== undefined || !once) {
        if (flags.has('json')) io.stdout.write(`${JSON.stringify(snapshot)}\n`)
        else screen.show(topTable(snapshot))
        shown++
      }
      before = now
      if (once && shown > 0) return true
    }
  } finally {
    screen.close()
  }
  return shown > 0
}

function intervalOf({ values }: Invocation): number {
  const seconds = Number(values.interval ?? usual)
  if (seconds >= oftenest && seconds <= rarest) return seconds
  throw new UsageError(`--interval must be a number of seconds from ${oftenest} to ${rarest}`, 'top')
}
