import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** A process that says when it is ready, and answers what it is told. */
export interface Companion {
  /** What it said when it was ready. */
  readonly ready: CompanionWord
  /** Tells it something, and waits until it says `what`. @throws Error when it ends instead */
  ask(message: unknown, what: string): Promise<CompanionWord>
  close(): Promise<void>
}

/** Something that it says, and with it whatever belongs to it. */
export interface CompanionWord {
  readonly said: string
  readonly [name: string]: unknown
}

/** What a companion is started from. */
export interface CompanionProgram {
  readonly program: string
  /** @default [] */
  readonly args?: readonly string[]
  /** Where it runs; packages that it needs are found from there. @default here */
  readonly cwd?: string
  /** Flags of Node. @default [] */
  readonly flags?: readonly string[]
}

/** How long a start, an answer or an end may take before it is given up. */
const mostMs = 120_000

/**
 * Starts a program in production mode.
 *
 * @throws Error when it ends, or is not ready in time
 */
export async function startCompanion({ program, args = [], cwd, flags = [] }: CompanionProgram): Promise<Companion> {
  const child = fork(program, [...args], {
    execArgv: [...flags],
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    ...(cwd === undefined ? {} : { cwd }),
  })
  const name = [program, ...args].join(' ')
  return {
    ready: await heard(child, 'ready', name),
    ask(message, what) {
      const answer = heard(child, what, name)
      child.send(message as object) // IPC takes texts as well
      return answer
    },
    async close() {
      if (!child.connected) return // it has ended, and who waited for it has heard
      child.send('close')
      const timer = setTimeout(() => child.kill('SIGKILL'), mostMs)
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
      clearTimeout(timer)
      if (code !== 0) throw new Error(`${name} ended with ${signal ?? `exit code ${code}`}`)
    },
  }
}

function heard(child: ChildProcess, what: string, name: string): Promise<CompanionWord> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), mostMs)
    const settle = (): void => {
      clearTimeout(timer)
      child.off('message', said).off('exit', ended)
    }
    const said = (word: CompanionWord): void => {
      if (word.said !== what) return
      settle()
      resolve(word)
    }
    const ended = (code: number | null, signal: string | null): void => {
      settle()
      reject(new Error(`${name} ended with ${signal ?? `exit code ${code}`} before it said '${what}'`))
    }
    child.on('message', said).on('exit', ended)
  })
}
