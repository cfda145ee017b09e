import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fromSource } from './supervise.js'

/** A program that runs as a process of its own. */
export interface Program {
  readonly pid: number
  readonly lines: readonly string[]
  /** Writes a line to its standard input. */
  say(line: string): void
  /** Resolves when a line has come that begins like this, which may be one from before. */
  line(begin: string): Promise<string>
  /** Resolves when its event loop has taken a turn, whatever its workers do. */
  turn(): Promise<void>
  /** Resolves when it, and every process that has inherited its standard output, is gone. */
  gone(withinMs: number): Promise<void>
  signal(name: NodeJS.Signals): void
}

/** Runs a file of fixtures from source. */
export function runProgram(file: string, args: readonly string[]): Program {
  const child = spawn(process.execPath, [...fromSource, file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines: string[] = []
  const checks = new Set<() => void>()
  const output = createInterface(child.stdout)
  const closed = new Promise<void>((resolve) => void output.once('close', resolve))
  output.on('line', (line) => {
    lines.push(line)
    for (const check of checks) check()
  })
  const line = (begin: string): Promise<string> =>
    within(50_000, `a line ${begin}`, (resolve: (line: string) => void) => {
      function check(): void {
        const found = lines.find((line) => line.startsWith(begin))
        if (found === undefined) return
        checks.delete(check)
        resolve(found)
      }
      checks.add(check)
      check()
    })
  const say = (line: string): void => void child.stdin.write(`${line}\n`)
  let turns = 0
  return {
    pid: Number(child.pid),
    lines,
    say,
    line,
    async turn() {
      turns++
      say(`turn ${turns}`)
      await line(`turn ${turns}`)
    },
    gone: (withinMs) =>
      within(withinMs, 'the end of every process', (resolve: () => void) => void closed.then(resolve)),
    signal: (name) => void child.kill(name),
  }
}

const stepMs = 100

/** Time in which this process itself had no turn counts once: what it has not read yet may have come long ago. */
function within<Value>(ms: number, what: string, wait: (resolve: (value: Value) => void) => void): Promise<Value> {
  return new Promise((resolve, reject) => {
    let steps = Math.ceil(ms / stepMs)
    const timer = setInterval(() => {
      if (--steps >= 0) return
      clearInterval(timer)
      reject(new Error(`waited ${ms} ms in vain for ${what}`))
    }, stepMs)
    wait((value) => {
      clearInterval(timer)
      resolve(value)
    })
  })
}
