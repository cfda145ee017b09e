import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createRuntime, isMillraceError, MillraceError } from '@millrace/kernel'
import type { TallyReport } from '../egress/tally.js'
import { openInput } from '../ingress/input.js'
import { exitCodeOf, forcedExitCode, signalExitCodes } from './exit-code.js'
import type { RunSettings } from './run-settings.js'
import { onStopSignals, type StopSignal } from './stop-signals.js'
import { summaryOf, summaryText } from './summary.js'
import { createTerminal, type Terminal } from './terminal.js'

/** Runs the graph to its end and says what became of the lines. @returns the exit code */
export async function run(settings: RunSettings): Promise<number> {
  const terminal = createTerminal(process.stderr, settings.quiet, () => performance.now())
  try {
    await openInput(settings.input) // a slip in its name is told before the output is touched
    return await runGraph(settings, terminal)
  } catch (error) {
    return reportFailure(error, settings, terminal)
  }
}

async function runGraph(settings: RunSettings, terminal: Terminal): Promise<number> {
  const runtime = await createRuntime({
    config: [configFile(`${settings.scenario}.yml`), configFile(`profile.${settings.profile}.yml`)],
    overlay: {
      adapters: { read: { path: settings.input }, write: { path: settings.output, resume: settings.resume } },
    },
    checks: { validate: 'entry', freeze: false },
  })
  const unsubscribe = runtime.subscribe(terminal.hear)
  const signals = onStopSignals(process, {
    stop: () => {
      if (!settings.quiet) terminal.print('finishing what was read; a second signal ends at once')
      void runtime.stop()
    },
    force: () => process.exit(forcedExitCode),
  })
  try {
    const startMs = performance.now()
    const { reports } = await runtime.run()
    const report = reports.write as TallyReport // what the sink of this name reports
    reportSuccess(settings, report, performance.now() - startMs, terminal)
    return 0
  } catch (error) {
    if (signals.received === undefined || !isMillraceError(error) || error.code !== 'SHUTTING_DOWN') throw error
    return reportInterruption(signals.received, settings, terminal)
  } finally {
    signals.close()
    unsubscribe()
  }
}

function configFile(name: string): string {
  return fileURLToPath(new URL(`../../config/${name}`, import.meta.url))
}

function reportSuccess(settings: RunSettings, report: TallyReport, elapsedMs: number, terminal: Terminal): void {
  const summary = summaryOf(settings, report, elapsedMs)
  if (!settings.quiet) terminal.print(summaryText(summary))
  if (settings.json) process.stdout.write(`${JSON.stringify(summary)}\n`)
}

function reportInterruption(signal: StopSignal, settings: RunSettings, terminal: Terminal): number {
  if (!settings.quiet) terminal.print(`ended by ${signal}${keptLines(settings)}`)
  return signalExitCodes[signal]
}

function reportFailure(thrown: unknown, settings: RunSettings, terminal: Terminal): number {
  const error = MillraceError.from(thrown, 'NODE_FAILED', 'the run ended by an error of the program itself')
  const kept = error.code === 'NODE_FAILED' ? keptLines(settings) : ''
  terminal.print(
    error === thrown
      ? `${error.message}${kept}`
      : `${error.message}\n${thrown instanceof Error ? thrown.stack : thrown}`,
  )
  if (settings.json) process.stdout.write(`${JSON.stringify({ error })}\n`)
  return exitCodeOf(error)
}

/** What can be done with a part of the output, where there is one. */
function keptLines({ output }: RunSettings): string {
  const part = `${output}.part`
  return output !== '-' && existsSync(part) ? `. ${part} holds what was decided; --resume goes on from there` : ''
}
