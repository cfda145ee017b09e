import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { sourceFlags } from '@millrace/from-source'

/** The folder of the fixtures, which the command runs in. */
export const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url))

/** What became of the command. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The command while it runs. */
export interface Started {
  readonly child: ChildProcess
  /** Resolves when standard error holds a text. */
  said(text: string): Promise<void>
  /** Resolves when standard output holds a text. */
  printed(text: string): Promise<void>
  /** What it has said so far. */
  stderr(): string
  readonly ended: Promise<Ended>
}

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url))

/** How the command is started. */
export interface StartOptions {
  /** A file that standard output goes to. @default it is kept */
  readonly stdout?: number
  /** Beside PATH. @default nothing */
  readonly env?: Readonly<Record<string, string>>
  /** Whether it leads a process group of its own, as a command does that is typed into a terminal. @default false */
  readonly detached?: boolean
  /** Another program than the command. */
  readonly program?: string
}

/** Starts the real command from source, in the folder of the fixtures. */
export function startMillrace(args: readonly string[], options: StartOptions = {}): Started {
  const child = spawn(process.execPath, [...sourceFlags, options.program ?? bin, ...args], {
    cwd: fixtures,
    detached: options.detached ?? false,
    env: { PATH: process.env.PATH, ...options.env },
    stdio: ['ignore', options.stdout ?? 'pipe', 'pipe'],
  })
  const texts = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (piece: string) => {
      texts[name] += piece
      for (const look of waiting) look()
    })
  const appears = (name: 'stdout' | 'stderr') => (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => texts[name].includes(text) && waiting.delete(look) && resolve()
      waiting.add(look)
      child.once('close', () => waiting.has(look) && reject(new Error(`it never said ${text}: ${texts[name]}`)))
      look()
    })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...texts })) // Node says so
  return { child, said: appears('stderr'), printed: appears('stdout'), stderr: () => texts.stderr, ended }
}

/** Runs the real command to its end. */
export function millrace(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return startMillrace(args, options).ended
}

/** A text with what differs between runs taken out: times, durations and trace ids. */
export function steady(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/gu, 'TIME')
    .replace(/\b\d+(\.\d+)? s\b/gu, 'SECONDS')
    .replace(/\b[0-9a-f]{32}\b/gu, 'TRACE')
}
