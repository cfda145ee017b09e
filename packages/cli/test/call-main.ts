import { EventEmitter } from 'node:events'
import type { Io } from '../src/io.js'
import { main } from '../src/main.js'
import type { Ended } from './start-millrace.js'

/** Runs the command in this process, which can import TypeScript by itself. */
export async function callMain(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const io = fakeIo(env)
  const code = await main(args, io, { tsx: true, stripsTypes: false })
  return { code, ...io.written() }
}

/** Stands for a process: keeps what is written, and takes signals as events. */
export interface FakeIo extends Io {
  written(): { readonly stdout: string; readonly stderr: string }
  emit(event: string): boolean
  /** What it was told to exit with. */
  readonly exits: readonly number[]
}

/**
 * Makes a process of its own for a test.
 *
 * @param isTTY whether its outputs are a terminal
 */
export function fakeIo(env: Readonly<Record<string, string>> = {}, isTTY = false): FakeIo {
  const events = new EventEmitter()
  const texts = { stdout: '', stderr: '' }
  const exits: number[] = []
  const output = (name: 'stdout' | 'stderr') => ({
    isTTY,
    write: (text: string) => {
      texts[name] += text
    },
  })
  return {
    stdout: output('stdout'),
    stderr: output('stderr'),
    env,
    on: (event, listener) => events.on(event, listener),
    off: (event, listener) => events.off(event, listener),
    emit: (event) => events.emit(event),
    exit: (code) => void exits.push(code),
    exits,
    written: () => ({ ...texts }),
  }
}
