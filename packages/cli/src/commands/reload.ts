import type { WorkerSnapshot } from '@millrace/contracts'
import { converse, findApplication } from '@millrace/kernel/control'
import type { Command, Operands } from '../command-line/command.js'
import { exitCodes } from '../exit-code.js'
import { verbose } from './shared-options.js'

const operands: Operands = { form: 'GROUP [APPLICATION]', least: 1, most: 2, missing: 'name the group to be reloaded' }

/** How long the replacement of a whole group may take, in milliseconds. */
const reloadMs = 600_000

/** `millrace reload`. */
export const reload: Command = {
  name: 'reload',
  summary: 'replaces the workers of a group while the application runs',
  details: `Starts a new process beside each worker of GROUP, one after the other. When it is ready it takes the worker's
place; the old process finishes what it holds and ends. What was accepted is answered, once, and streams keep
their order. Modules are read again, so changed handlers are in use; the graph must be the same. Where a new
process does not start, the old one goes on. A group that holds state in memory, a source or a sink cannot be
reloaded. APPLICATION is a scenario name or a pid; it can be left out where only one runs.`,
  operands,
  options: { json: { says: 'prints the workers of the group, as they are then, as one line of JSON' }, verbose },
  example: {
    says: 'new handlers for the pricing of a shop that is open',
    line: 'millrace reload pricing shop',
  },
  async run({ operands: [group = '', application], flags, io }) {
    const asked = converse(findApplication(application), 'reload', { group }, reloadMs)
    for await (const item of asked) {
      const workers = item as readonly WorkerSnapshot[] // the application is of the same version
      if (flags.has('json')) io.stdout.write(`${JSON.stringify(workers)}\n`)
      else for (const { slot, pid } of workers) io.stderr.write(`${slot} is a new process now, pid ${pid}\n`)
    }
    return exitCodes.done
  },
}
