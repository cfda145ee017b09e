import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sourceFlags } from '@millrace/from-source'
import { bySignal } from './leaks/by-signal.js'
import { findLeaks, type Shown } from './leaks/find-leaks.js'
import { Onlooker } from './leaks/onlooker.js'
import { Secrets } from './leaks/secrets.js'
import { unheard } from './leaks/unheard.js'

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
  /** What it has said so far. */
  readonly texts: { readonly stdout: string; readonly stderr: string }
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
  /** The last line of JSON on its standard output that no exporter wrote. */
  readonly last: Readonly<Record<string, unknown>>
}

/** How a program is started. */
export interface StartOptions {
  /** A shell command in front of it, such as `ulimit -n 64;`. */
  readonly shell?: string
  /** Modules that are loaded into every process before all others. */
  readonly preloads?: readonly string[]
}

/** How a stage is set. */
export interface StageOptions {
  /** Whether the keys of links come of a secret that is made for each run, or of one that stands in a file. @default static */
  readonly secret?: 'static' | 'generated'
}

/** A folder for one fault, and the programs in it, which tell of themselves in every way there is. */
export class Stage {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'millrace-failure-'))
  /** What they must not tell. */
  readonly secrets: Secrets = new Secrets()
  readonly #running: Running[] = []
  readonly #onlooker: Onlooker
  readonly #secretMode: 'static' | 'generated'
  readonly #said: Shown[] = []

  private constructor(onlooker: Onlooker, { secret = 'static' }: StageOptions) {
    this.#onlooker = onlooker
    this.#secretMode = secret
  }

  static async open(options: StageOptions = {}): Promise<Stage> {
    return new Stage(await Onlooker.open(), options)
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  /** Writes an overlay. @returns its path */
  overlay(content: object): string {
    return this.#write('overlay.json', content)
  }

  /** Something was said beside what programs say: it is looked through as well. */
  say(where: string, text: string): void {
    this.#said.push({ where, bytes: Buffer.from(text) })
  }

  /** Resolves when something has come out where the programs send it that holds a text. */
  received(where: string, text: string): Promise<void> {
    return inTime(`${text} in ${where}`, this.#onlooker.received(where, text))
  }

  /**
   * What was said although it must not be; and where nothing was said, although something must be.
   *
   * @param works whether spans and metrics must have been told of what has run
   */
  mistakes(works = true): readonly string[] {
    const shown = [
      ...this.#said,
      ...this.#onlooker.shown(),
      ...this.#files(),
      ...this.#running.flatMap(outputsOf),
    ].flatMap(bySignal)
    const ran = this.#running.some(({ events }) => events().some(({ name }) => name === 'runtime.running'))
    const leaks = findLeaks(shown, this.secrets.hidden())
    if (!ran) return leaks
    return [...leaks, ...unheard(shown, works), ...(this.secrets.kept().length === 0 ? ['no key was kept'] : [])]
  }

  /** Starts `millrace run` with the batch and an overlay. */
  run(overlay: object, options: StartOptions = {}): Running {
    const files = this.#config('batch', overlay)
    return this.#start([command, 'run', ...files, '--json', '--log-json', '--log-level', 'debug'], options)
  }

  /** Starts the program that embeds the service, with an overlay. */
  serve(overlay: object): Running {
    return this.#start([here('./programs/asks.ts'), ...this.#config('service', overlay)], {})
  }

  /** Starts `millrace run` with the service and an overlay. */
  serveAlone(overlay: object): Running {
    const files = this.#config('service', overlay)
    const options = ['--embedded', '--json', '--log-json', '--log-level', 'debug']
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
  async close(): Promise<void> {
    for (const { child } of this.#running) child.kill('SIGKILL')
    await this.#onlooker.close()
    this.secrets.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** A program, then what makes it tell all, then what makes the fault. */
  #config(program: 'batch' | 'service', overlay: object): readonly string[] {
    const auth =
      this.#secretMode === 'generated'
        ? { secret_mode: 'generated' }
        : { secret_mode: 'static', secret_file: this.secrets.file }
    const tells = {
      runtime: {
        observability: this.#onlooker.settings(this.path('telemetry.jsonl')),
        platform: { execution_ipc: { auth } },
      },
    }
    return [here(`../app/${program}.yml`), this.#write('tells.json', tells), this.overlay(overlay)]
  }

  #write(name: string, content: object): string {
    const path = this.path(name)
    writeFileSync(path, JSON.stringify(content))
    return path
  }

  #files(): readonly Shown[] {
    const files = readdirSync(this.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    return files.map(({ name, parentPath }) => ({ where: name, bytes: readFileSync(join(parentPath, name)) }))
  }

  #start(args: readonly string[], { shell = '', preloads = [] }: StartOptions): Running {
    const program = [process.execPath, ...sourceFlags, ...args]
    const line = `${shell} exec ${program.map((word) => `'${word}'`).join(' ')}`
    const child = spawn('/bin/sh', ['-c', line], {
      env: {
        PATH: process.env.PATH,
        XDG_RUNTIME_DIR: this.folder,
        OTLP_HEADERS: this.secrets.headers,
        NODE_OPTIONS: [this.secrets.preload, ...preloads.map((path) => `--import=${path}`)].join(' '),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const started = running(child)
    this.#running.push(started)
    return started
  }
}

function outputsOf({ texts }: Running): readonly Shown[] {
  return Object.entries(texts).map(([where, text]) => ({ where, bytes: Buffer.from(text) }))
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
    texts,
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

/** The last line that is of no exporter. */
function lastOf(stdout: string): Ended['last'] {
  const lines = stdout.split('\n').map(readLine)
  return lines.findLast((line) => line !== undefined && line.signal === undefined) ?? {}
}

function readLine(line: string): Ended['last'] | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line) as Ended['last'] // it begins as an object
  } catch {
    return undefined
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
