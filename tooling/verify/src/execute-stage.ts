import { spawn } from 'node:child_process'
import type { Command, Stage } from './stage.js'

export interface Execution {
  readonly passed: boolean
  /** All that the commands printed, errors among it. */
  readonly output: string
}

/** Runs the commands of a stage in a folder until one fails, and keeps what they print. */
export async function executeStage(stage: Stage, cwd: string, env: NodeJS.ProcessEnv): Promise<Execution> {
  let output = ''
  for (const command of stage.commands) {
    const ended = await runCommand(command, cwd, env)
    output += ended.output
    if (!ended.passed) return { passed: false, output }
  }
  return { passed: true, output }
}

function runCommand([program, ...args]: Command, cwd: string, env: NodeJS.ProcessEnv): Promise<Execution> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', (error) =>
      resolve({ passed: false, output: `${program} could not be started: ${error.message}\n` }),
    )
    child.on('close', (code, signal) => {
      const output = Buffer.concat(chunks).toString('utf8')
      resolve({
        passed: code === 0,
        output: signal === null ? output : `${output}\n${program} was ended by ${signal}\n`,
      })
    })
  })
}
