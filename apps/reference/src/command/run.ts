import { existsSync } from 'node:fs'
import { exitCodeOf, type Io, type RunEnd, reportError, runUntilDone } from '@millrace/cli'
import { createRuntime, MillraceError, type Runtime } from '@millrace/kernel'
import { application } from '../application.js'
import type { TallyReport } from '../egress/tally.js'
import { wholeLines } from '../egress/whole-lines.js'
import { openInput } from '../ingress/input.js'
import { type LentInput, lendInput } from '../ingress/lend-input.js'
import type { RunSettings } from './run-settings.js'
import { summaryOf, summaryText } from './summary.js'

/** Runs the graph to its end and says what became of the lines. @returns the exit code */
export async function run(settings: RunSettings, io: Io): Promise<number> {
  try {
    await openInput(settings.input) // a slip in its name is told before the output is touched
    const end = await withInput(settings, (readable, lent) => runOn(readable, lent, settings, io))
    report(end, settings, io)
    return end.exitCode
  } catch (error) {
    reportFailure(error, settings, io)
    return exitCodeOf(error)
  }
}

/** What is told of standard input that a worker reads. */
interface Lending {
  lent: LentInput | undefined
  runtime: Runtime | undefined
}

/** Uses an input that whoever reads the source can open: workers have no standard input, so it is lent to them. */
async function withInput(
  settings: RunSettings,
  use: (path: string, lending: Lending) => Promise<RunEnd>,
): Promise<RunEnd> {
  const lending: Lending = { lent: undefined, runtime: undefined }
  if (settings.input !== '-' || settings.profile === 'memory') return use(settings.input, lending)
  lending.lent = await lendInput(process.stdin, () => void lending.runtime?.stop())
  try {
    return await use(lending.lent.path, lending)
  } finally {
    await lending.lent.close()
  }
}

async function runOn(input: string, lending: Lending, settings: RunSettings, io: Io): Promise<RunEnd> {
  const checks = { validate: 'entry', freeze: false } as const
  const { resume } = settings
  const runtime = await createRuntime({ ...(await application({ ...settings, input })), checks, resume })
  lending.runtime = runtime
  if (lending.lent?.failure !== undefined) throw lending.lent.failure
  const end = await runUntilDone(runtime, io, settings.quiet ? { progress: 'off' } : {})
  const error = lending.lent?.failure
  return error === undefined ? end : { outcome: 'failed', exitCode: exitCodeOf(error), error, seconds: end.seconds }
}

function report(end: RunEnd, settings: RunSettings, io: Io): void {
  if (end.outcome === 'failed') return reportFailure(end.error, settings, io)
  if (end.outcome === 'stopped') return void io.stderr.write(`${kept(settings).advice ?? 'nothing was kept'}\n`)
  const summary = summaryOf(settings, end.result.reports.write as TallyReport, end.seconds) // what the sink of this name reports
  if (!settings.quiet) io.stderr.write(summaryText(summary))
  if (settings.json) io.stdout.write(`${JSON.stringify(summary)}\n`)
}

function reportFailure(thrown: unknown, settings: RunSettings, io: Io): void {
  const error = MillraceError.from(thrown, 'NODE_FAILED', 'the run ended by an error of the program itself')
  reportError(error, io, hasRun(error) ? kept(settings) : {})
  if (settings.json) io.stdout.write(`${JSON.stringify({ error })}\n`)
}

/** Otherwise a part that is there is of an earlier run, and nothing was found out about it, or nothing good. */
function hasRun(error: MillraceError): boolean {
  const exitCode = exitCodeOf(error)
  return (exitCode === 1 || exitCode === 4) && error.code !== 'RESUME_MISMATCH'
}

/** What can be done with the part of a run that has not come to its end, where there is one. */
function kept({ output }: RunSettings): { readonly advice?: string } {
  const part = `${output}.part`
  if (output === '-' || !existsSync(part)) return {}
  const lines = wholeLines(part).toLocaleString('en-US')
  return { advice: `${part} holds the first ${lines} lines, and all of them are right; --resume goes on from there` }
}
