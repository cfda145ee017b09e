import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { exitCodeOf, type Io, type RunEnd, reportError, runUntilDone } from '@millrace/cli'
import { createRuntime, MillraceError } from '@millrace/kernel'
import type { TallyReport } from '../egress/tally.js'
import { openInput } from '../ingress/input.js'
import type { RunSettings } from './run-settings.js'
import { summaryOf, summaryText } from './summary.js'

/** Runs the graph to its end and says what became of the lines. @returns the exit code */
export async function run(settings: RunSettings, io: Io): Promise<number> {
  try {
    await openInput(settings.input) // a slip in its name is told before the output is touched
    const runtime = await createRuntime({
      config: [configFile(`${settings.scenario}.yml`), configFile(`profile.${settings.profile}.yml`)],
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

function configFile(name: string): string {
  return fileURLToPath(new URL(`../../config/${name}`, import.meta.url))
}

function report(end: RunEnd, settings: RunSettings, io: Io): void {
  if (end.outcome === 'failed') return reportFailure(end.error, settings, io)
  if (end.outcome === 'stopped') return void io.stderr.write(`${end.signal} has ended the run. ${whatIsKept(settings)}\n`)
  const summary = summaryOf(settings, end.result.reports.write as TallyReport, end.seconds) // what the sink of this name reports
  if (!settings.quiet) io.stderr.write(summaryText(summary))
  if (settings.json) io.stdout.write(`${JSON.stringify(summary)}\n`)
}

function reportFailure(thrown: unknown, settings: RunSettings, io: Io): void {
  const error = MillraceError.from(thrown, 'NODE_FAILED', 'the run ended by an error of the program itself')
  reportError(error, io, error.code === 'NODE_FAILED' ? { advice: whatIsKept(settings) } : {})
  if (settings.json) io.stdout.write(`${JSON.stringify({ error })}\n`)
}

/** What is left of a run that has not come to its end, and what can be done with it. */
function whatIsKept({ output }: RunSettings): string {
  const part = `${output}.part`
  if (output === '-' || !existsSync(part)) return 'Nothing is kept; run it again'
  return `${part} holds what was decided; --resume goes on from there`
}
