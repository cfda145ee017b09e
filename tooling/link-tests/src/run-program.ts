import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { sourceFlags } from '@millrace/from-source'
import { within } from './within.js'

/** A program in a process of its own that writes one line of JSON for each thing it has to say. */
export interface Program {
  /** The next thing it says. */
  says(what: string): Promise<unknown>
  /** Writes a line to it. */
  tell(line: string): void
  /** Resolves with its exit code. */
  exited(): Promise<number | null>
  kill(): void
}

/**
 * Starts a fixture from its source.
 *
 * @param folder where it is
 */
export function runProgram(folder: URL, fixture: string, ...args: readonly string[]): Program {
  const file = fileURLToPath(new URL(`${fixture}.ts`, folder))
  const child = spawn(process.execPath, [...sourceFlags, '--expose-gc', file, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const said: string[] = []
  const waiting: ((line: string) => void)[] = []
  createInterface(child.stdout).on('line', (line) => {
    const next = waiting.shift()
    if (next === undefined) said.push(line)
    else next(line)
  })
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve))
  return {
    async says(what) {
      const known = said.shift()
      const line =
        known ??
        (await within(`${fixture} saying ${what}`, new Promise<string>((resolve) => waiting.push(resolve)), 50_000))
      return JSON.parse(line)
    },
    tell: (line) => void child.stdin.write(`${line}\n`),
    exited: () => within(`${fixture} exiting`, exited),
    kill: () => void child.kill('SIGKILL'),
  }
}
