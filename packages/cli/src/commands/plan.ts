import type { Plan } from '@millrace/contracts'
import { planJson, planMermaid, planTable } from '@millrace/placement'
import type { Command, Invocation } from '../command-line/command.js'
import { UsageError } from '../command-line/usage-error.js'
import { exitCodes } from '../exit-code.js'
import { examineApplication } from './examine-application.js'
import { toldAsJson } from './refused-json.js'
import { verbose } from './shared-options.js'

/** `millrace plan`. */
export const plan: Command = {
  name: 'plan',
  summary: 'shows nodes, groups, edges and hops',
  details: `Compiles what every worker would run by, and shows it: which node runs in which group, which edge stays inside
a worker, and which is a hop between two. Packages that the configuration needs may be missing.`,
  options: {
    json: { says: 'prints the plan, or {"ok":false,"code","findings"}, as one line of JSON' },
    mermaid: { says: 'prints the plan as a Mermaid flowchart' },
    verbose,
  },
  example: {
    says: 'a drawing of an application for its documentation',
    line: 'millrace plan app.yml profile.production.yml --mermaid > plan.mmd',
  },
  async run(invocation) {
    const { flags } = invocation
    if (flags.has('json') && flags.has('mermaid')) throw new UsageError('choose one of --json and --mermaid', 'plan')
    return toldAsJson(invocation, () => show(invocation))
  },
}

async function show(invocation: Invocation): Promise<number> {
  const { flags, io } = invocation
  const application = await examineApplication(invocation, { embedded: true, packages: false, schemas: false })
  io.stdout.write(shown(application.plan, flags))
  return exitCodes.done
}

function shown(compiled: Plan, flags: ReadonlySet<string>): string {
  if (flags.has('json')) return `${JSON.stringify(planJson(compiled))}\n`
  return flags.has('mermaid') ? planMermaid(compiled) : `${planTable(compiled)}\n`
}
