import { existsSync } from 'node:fs'
import { exitCodeOf, type Io, type RunEnd, reportError, runUntilDone } from '@millrace/cli'
import { createRuntime, MillraceError } from '@millrace/kernel'
import { configFiles } from '../config-files.js'
import type { TallyReport } from '../egress/tally.js'
import { openInput } from '../ingress/input.js'
import type { RunSettings } from './run-settings.js'
import { summaryOf, summaryText } from './summary.js'

/** Runs the graph to its end and says what became of the lines. @returns the exit code */
export async function run(settings: RunSettings, io: Io): Promise<number> {
  try {
    await openInput(settings.input) // a slip in its name is told before the output is touched
    const runtime = await createRuntime({
      config: configFiles(settings.scenario, settings.profile),
      overlay: {
        adapters: { read: { path: settings.input }, write: { path: settings.output, resume: settings.resume } },
      },
      checks: { validate: 'entry', freeze: false },
    })
    const end = await runUntilDone(runtime, io, settings.quiet ? { progress: 'off' } : {})
    report(end, settings, io)
    return end.exitCode
  } catch (error) {
    reportFailure(error, settings, io)
    return exitCodeOf(error)
  }
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
  reportError(error, io, error.code === 'NODE_FAILED' ? kept(settings) : {})
  if (settings.json) io.stdout.write(`${JSON.stringify({ error })}\n`)
}

/** What can be done with the part of a run that has not come to its end, where there is one. */
function kept({ output }: RunSettings): { readonly advice?: string } {
  const part = `${output}.part`
  if (output === '-' || !existsSync(part)) return {}
  return { advice: `${part} holds what was decided; --resume goes on from there` }
}
