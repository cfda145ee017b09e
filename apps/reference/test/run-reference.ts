import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { decideAll, type Scenario, splitLines } from '../oracle/oracle.mjs'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** How the command ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A running command. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** Starts the real command as a process of its own; standard input is a pipe. */
export function startReference(...args: readonly string[]): Running {
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@millrace/source', main, ...args], {
    cwd: repository,
    stdio: 'pipe',
  })
  const [stdout, stderr] = [child.stdout, child.stderr].map(collect)
  child.stdin.on('error', () => {}) // a command that ends early leaves input unread
  const ended = once(child, 'close').then(([code, signal]) => ({
    code,
    signal,
    stdout: stdout?.() ?? '',
    stderr: stderr?.() ?? '',
  }))
  return { child, ended }
}

/** Runs the real command to its end. */
export async function runReference(...args: readonly string[]): Promise<Ended> {
  const { child, ended } = startReference(...args)
  child.stdin?.end()
  return ended
}

/** What the oracle answers to a file, as one text. */
export function expectedOutput(inputPath: string, scenario: Scenario): string {
  return [...decideAll(splitLines([readFileSync(inputPath)]), scenario)].map(({ text }) => `${text}\n`).join('')
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString()
}
