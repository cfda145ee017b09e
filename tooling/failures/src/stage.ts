import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sourceFlags } from '@millrace/from-source'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const command = here('../../../packages/cli/src/bin.ts')

/** How long a fault may take to show what it does, in milliseconds: machines that test are busy. */
const showMs = 120_000

/** An event, as a program logs it. */
export interface LoggedEvent {
  readonly name: string
  readonly facts: Readonly<Record<string, unknown>>
}

/** A program that a fault is made in. */
export interface Running {
  readonly child: ChildProcess
  /** Resolves when one of its outputs holds a text. */
  said(text: string): Promise<void>
  /** Resolves with its end. */
  ended(): Promise<Ended>
  events(): readonly LoggedEvent[]
  /** Pids of its workers by their slots, the last process of each. */
  workers(): ReadonlyMap<string, number>
}

/** How a program has ended. */
export interface Ended {
  readonly exitCode: string
  readonly stdout: string
  readonly stderr: string
  /** The last line of its standard output, where that is JSON. */
  readonly last: Readonly<Record<string, unknown>>
}

/** How a program is started. */
export interface StartOptions {
  /** A shell command in front of it, such as `ulimit -n 64;`. */
  readonly shell?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A folder for one fault, and the programs in it. */
export class Stage {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'millrace-failure-'))
  readonly #running: ChildProcess[] = []

  path(name: string): string {
    return join(this.folder, name)
  }

  /** Writes an overlay. @returns its path */
  overlay(content: object): string {
    const path = this.path('overlay.json')
    writeFileSync(path, JSON.stringify(content))
    return path
  }

  /** Starts `millrace run` with the batch and an overlay. */
  run(overlay: object, options: StartOptions = {}): Running {
    const files = [here('../app/batch.yml'), this.overlay(overlay)]
    return this.#start([command, 'run', ...files, '--json', '--log-json', '--log-level', 'info'], options)
  }

  /** Starts the program that embeds the service, with an overlay. */
  serve(overlay: object): Running {
    return this.#start([here('./programs/asks.ts'), here('../app/service.yml'), this.overlay(overlay)], {})
  }

  /** Starts `millrace run` with the service and an overlay. */
  serveAlone(overlay: object): Running {
    const files = [here('../app/service.yml'), this.overlay(overlay)]
    const options = ['--embedded', '--json', '--log-json', '--log-level', 'info']
    return this.#start([command, 'run', ...files, ...options], {})
  }

  /** Starts a command of `millrace` beside what runs. */
  command(...args: readonly string[]): Running {
    return this.#start([command, ...args], {})
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8')
  }

  /** Ends what is left and removes the folder. */
  close(): void {
    for (const child of this.#running) child.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }

  #start(args: readonly string[], { shell = '', env = {} }: StartOptions): Running {
    const program = [process.execPath, ...sourceFlags, ...args]
    const line = `${shell} exec ${program.map((word) => `'${word}'`).join(' ')}`
    const child = spawn('/bin/sh', ['-c', line], {
      env: { PATH: process.env.PATH, XDG_RUNTIME_DIR: this.folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#running.push(child)
    return running(child)
  }
}

function running(child: ChildProcess): Running {
  const texts = { stdout: '', stderr: '' }
  const looks = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (piece: string) => {
      texts[name] += piece
      for (const look of looks) look()
    })
  const closed = once(child, 'close')
  const events = (): readonly LoggedEvent[] => {
    const lines = texts.stderr.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'))
    return lines.map((line) => JSON.parse(line) as LoggedEvent) // written by the programs that run here
  }
  return {
    child,
    events,
    workers: () =>
      new Map(
        events()
          .filter(({ name }) => name === 'worker.starting')
          .map(({ facts }) => [String(facts.worker), Number(facts.pid)]),
      ),
    said: (text) =>
      inTime(
        `${text}; it said: ${texts.stderr.slice(-2000)}`,
        new Promise((resolve, reject) => {
          const look = (): void => {
            if (!texts.stderr.includes(text) && !texts.stdout.includes(text)) return
            looks.delete(look)
            resolve()
          }
          looks.add(look)
          void closed.then(() => looks.has(look) && reject(new Error(`it never said ${text}: ${texts.stderr}`)))
          look()
        }),
      ),
    async ended() {
      const [code, signal] = await inTime(`the end of a program; it said: ${texts.stderr.slice(-2000)}`, closed)
      return { exitCode: code === null ? String(signal) : String(code), ...texts, last: lastOf(texts.stdout) }
    },
  }
}

function lastOf(stdout: string): Ended['last'] {
  try {
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Ended['last'] // an object, or what has no fields
  } catch {
    return {}
  }
}

/** Waits for something, but not for ever. @throws Error naming what it has waited for */
export async function inTime<Value>(what: string, wait: Promise<Value>, ms = showMs): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms in vain for ${what}`)), ms)
  })
  try {
    return await Promise.race([wait, late])
  } finally {
    clearTimeout(timer)
  }
}
