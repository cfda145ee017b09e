import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sourceFlags } from '@millrace/from-source'
import { decideAll, type Scenario, splitLines, type Windows } from '../oracle/oracle.mjs'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const nodeArgs = [...sourceFlags, main]

/** How the command ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  /** Standard error without the events of the runtime, which begin with the time. */
  readonly stderr: string
}

/** A running command. */
export interface Running {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ended>
}

/** Starts the real command as a process of its own; standard input is a pipe. */
export function startReference(...args: readonly string[]): Running {
  return startReferenceWith({}, ...args)
}

/** Does the same with some more variables in its environment. */
export function startReferenceWith(variables: Readonly<Record<string, string>>, ...args: readonly string[]): Running {
  const env = { ...process.env, ...variables }
  return watched(spawn(process.execPath, [...nodeArgs, ...args], { cwd: repository, stdio: 'pipe', env }))
}

/** Runs the real command to its end. */
export function runReference(...args: readonly string[]): Promise<Ended> {
  const { child, ended } = startReference(...args)
  child.stdin.end()
  return ended
}

/** Runs the real command in a shell that lets no file grow beyond so many blocks of 512 bytes. */
export function runLimited(blocks: number, ...args: readonly string[]): Promise<Ended> {
  const shell = ['-c', `ulimit -f ${blocks}; exec "$0" "$@"`, process.execPath, ...nodeArgs, ...args]
  return watched(spawn('sh', shell, { cwd: repository, stdio: 'pipe' })).ended
}

function watched(child: ChildProcessWithoutNullStreams): Running {
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  child.stdin.on('error', () => {}) // a command that ends early leaves input unread
  const ended = once(child, 'close').then(([code, signal]) => ({
    code,
    signal,
    stdout: stdout(),
    stderr: withoutEvents(stderr()),
  }))
  return { child, ended }
}

/** What the command says of a part that it has left. */
export function kept(part: string): string {
  const lines = readFileSync(part, 'utf8').split('\n').length - 1
  return `${part} holds the first ${lines.toLocaleString('en-US')} lines, and all of them are right; --resume goes on from there`
}

/** What the oracle answers to a file, as one text. */
export function expectedOutput(inputPath: string, scenario: Scenario): string {
  return expectedOf(inputPath, scenario).output
}

/** The same, with the sums that are left at the end. */
export function expectedOf(
  inputPath: string,
  scenario: Scenario,
): { readonly output: string; readonly windows: Windows } {
  const decisions = decideAll(splitLines([readFileSync(inputPath)]), scenario)
  let output = ''
  for (;;) {
    const step = decisions.next()
    if (step.done === true) return { output, windows: step.value }
    output += `${step.value.text}\n`
  }
}

function withoutEvents(text: string): string {
  return text.replaceAll(/^\d{4}-\S+ .*\n/gm, '')
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString()
}
