import { formatSummary } from '@millrace/config-validator'
import { isMillraceError } from '@millrace/contracts'
import type { Preflight } from '@millrace/kernel'
import type { Command, Invocation } from '../command-line/command.js'
import { exitCodeOf, exitCodes } from '../exit-code.js'
import { printable } from '../printable.js'
import { examineApplication } from './examine-application.js'
import { tellRefused } from './refused-json.js'
import { embedded, verbose } from './shared-options.js'

/** `millrace check`. */
export const check: Command = {
  name: 'check',
  summary: 'finds every mistake of an application without starting it',
  details: `Reads the configuration, imports the modules it names, and checks all of it: keys and values, schemas, graph,
services, placement, secrets, installed packages. Every mistake is told at once, with file, line and what to do.
Where there is none, it says what would start. Exit code 2 when something is wrong.`,
  options: {
    json: { says: 'prints {"ok":true,"summary"} or {"ok":false,"code","findings"} as one line of JSON' },
    embedded,
    verbose,
  },
  example: {
    says: 'the production profile of an application, as a step of its CI',
    line: 'millrace check app.yml profile.production.yml',
  },
  run: (invocation) => (invocation.flags.has('json') ? checkForPrograms(invocation) : checkForPeople(invocation)),
}

async function checkForPeople(invocation: Invocation): Promise<number> {
  const { operands: files, io } = invocation
  const checked = await examine(invocation)
  io.stdout.write(
    printable(`${files.join(', ')}: nothing is wrong with ${looked(checked)}\n\n${formatSummary(checked.summary)}\n`),
  )
  return exitCodes.done
}

async function checkForPrograms(invocation: Invocation): Promise<number> {
  const { io } = invocation
  try {
    const { summary } = await examine(invocation)
    io.stdout.write(`${JSON.stringify({ ok: true, summary })}\n`)
    return exitCodes.done
  } catch (error) {
    tellRefused(invocation, error)
    if (!isMillraceError(error)) throw error
    return exitCodeOf(error)
  }
}

function examine(invocation: Invocation): Promise<Preflight> {
  return examineApplication(invocation, { embedded: invocation.flags.has('embedded'), packages: true, schemas: true })
}

function looked({ graph, services, plan }: Preflight): string {
  const nodes = graph.nodes.length
  const counts: readonly (readonly [number, string])[] = [
    [nodes, 'node'],
    [graph.types.length, 'message type'],
    [graph.edges.length, 'edge'],
    [services.length, 'service'],
    [plan.groups.length, 'group'],
    [plan.hops.length, 'hop'],
  ]
  return counts.map(([count, word]) => `${count} ${word}${count === 1 ? '' : 's'}`).join(', ')
}
