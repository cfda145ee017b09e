import { createEventEmitter, type EventEmitter, MillraceError } from '@millrace/contracts'
import { type CheckOptions, createRuntime, type Runtime } from '@millrace/kernel'
import type { Command, Invocation } from '../command-line/command.js'
import { levels } from '../run/event-line.js'
import { runUntilDone } from '../run/run-until-done.js'
import { prepareTypeScript } from '../typescript/prepare-typescript.js'
import { whileLoading } from '../while-loading.js'
import { createRunReport, type RunReport } from './run-report.js'
import { embedded } from './shared-options.js'

/** `millrace run`. */
export const run: Command = {
  name: 'run',
  summary: 'runs an application: its sources to their end, or a service until it is stopped',
  details: `Says what starts, then runs. Everything that is told goes to standard error; standard output belongs to the
sinks of the application and to --json. Ctrl+C or SIGTERM finishes what is in flight and stops; a second one
stops at once. An application without sources is a service and runs until then. Where the configuration has
process groups, their workers are started and supervised, and none outlives this command. With
NODE_ENV=development payloads are validated at every step.`,
  options: {
    json: { says: 'prints a line of JSON at the start (summary) and at the end (result)' },
    'log-level': { value: 'LEVEL', choices: levels, says: 'tells events from this level on (default warn)' },
    'log-json': { says: 'tells events as lines of JSON' },
    checks: {
      value: 'WHERE',
      choices: ['entry', 'every'],
      says: 'where payloads are validated: where they enter (default), or at every step, frozen',
    },
    embedded,
    resume: { says: 'goes on with a run that was interrupted, where state is kept (kv.backend redis)' },
    verbose: { says: 'shows the stacks of errors, and progress where there is no terminal' },
  },
  example: {
    says: 'a batch in the production profile, with a result and a log that programs can read',
    line: 'millrace run app.yml profile.production.yml --json --log-level info --log-json > run.json 2> run.log',
  },
  async run(invocation) {
    const events = createEventEmitter()
    const report = createRunReport(invocation, events.redactor)
    try {
      return await runApplication(invocation, events, report)
    } catch (error) {
      report.refused(error)
      throw error
    }
  },
}

async function runApplication(invocation: Invocation, events: EventEmitter, report: RunReport): Promise<number> {
  const { operands: files, flags, values, io, abilities } = invocation
  // A type that nothing emits is a mistake here, unless somebody says that a program sends it.
  const embedded = flags.has('embedded')
  const resume = flags.has('resume')
  const checks = checksOf(invocation)
  const make = async (): Promise<Runtime> => {
    const workerFlags = await prepareTypeScript(files, abilities)
    return createRuntime({ config: files, events, checks, embedded, resume, workerFlags })
  }
  const runtime = await whileLoading(io, make, report.refused)
  refuseIdle(runtime)
  if (resume) refuseForgetful(runtime)
  report.starts(runtime.summary)
  const end = await runUntilDone(runtime, io, {
    logLevel: levels.find((level) => level === values['log-level']) ?? 'warn',
    logJson: flags.has('log-json'),
    ...(flags.has('verbose') && io.stderr.isTTY !== true ? { progress: 'lines' } : {}),
  })
  report.ended(end)
  return end.exitCode
}

/** Nothing would ever happen. */
function refuseIdle({ plan: { graph } }: Runtime): void {
  if (graph.nodes.some(({ kind }) => kind === 'source') || graph.types.some(({ entry }) => entry)) return
  throw new MillraceError(
    'CONFIG_INVALID',
    'there is nothing to run: no source is active, and nothing takes requests; configure a source under adapters',
  )
}

/** Nothing of an interrupted run would be there. */
function refuseForgetful({ summary }: Runtime): void {
  const why =
    summary.stateBackend === 'memory'
      ? 'state in memory ends with its process; set runtime.platform.kv.backend: redis, or run anew'
      : 'a run in one process begins at its beginning; set runtime.platform.bootstrap.mode: process_supervisor, or run anew'
  if (summary.stateBackend === 'memory' || summary.mode === 'inline')
    throw new MillraceError('CONFIG_INVALID', `there is nothing to resume, because ${why}`)
}

function checksOf({ values, io }: Invocation): CheckOptions {
  const where = values.checks ?? (io.env.NODE_ENV === 'development' ? 'every' : 'entry')
  return where === 'every' ? { validate: 'every', freeze: true } : { validate: 'entry', freeze: false }
}
