import { spawn } from 'node:child_process'
import type { Command, Stage } from './stage.js'

export interface Execution {
  readonly passed: boolean
  /** All that the commands printed, errors among it. */
  readonly output: string
}

export interface ExecutionSettings {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Ends the running command and all that it started, and with it the stage. */
  readonly signal: AbortSignal
}

/** Runs the commands of a stage until one fails, and keeps what they print. */
export async function executeStage(stage: Stage, settings: ExecutionSettings): Promise<Execution> {
  let output = ''
  for (const command of stage.commands) {
    const ended = await runCommand(command, settings)
    output += ended.output
    if (!ended.passed) return { passed: false, output }
  }
  return { passed: true, output }
}

function runCommand([program, ...args]: Command, { cwd, env, signal }: ExecutionSettings): Promise<Execution> {
  return new Promise((resolve) => {
    // A group of its own, so that what a command started can be ended with it.
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    const chunks: Buffer[] = []
    const end = (): void => endGroup(child.pid)
    signal.addEventListener('abort', end, { once: true })
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', (error) =>
      resolve({ passed: false, output: `${program} could not be started: ${error.message}\n` }),
    )
    child.on('close', (code, killed) => {
      signal.removeEventListener('abort', end)
      const output = Buffer.concat(chunks).toString('utf8')
      const reason = signal.aborted ? `: ${String(signal.reason)}` : ''
      resolve({
        passed: code === 0,
        output: killed === null ? output : `${output}\n${program} was ended by ${killed}${reason}\n`,
      })
    })
  })
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group has ended by itself in the meantime.
  }
}
