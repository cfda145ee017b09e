import { type ChildProcess, fork, type SendHandle } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type FromWorker, messageFromWorker, type ToWorker } from './control-message.js'
import { createDeferred } from './deferred.js'
import { heartbeatFd } from './worker/heartbeat-fd.js'

/** Which program a worker runs, and how. */
export interface WorkerProgram {
  /** Absolute path or file URL of its main module. */
  readonly module: string
  /** What Node itself is told: `--import tsx`. */
  readonly execArgv: readonly string[]
  /** Undefined for that of this process. */
  readonly cwd: string | undefined
  /** Undefined for that of this process. */
  readonly env: NodeJS.ProcessEnv | undefined
}

/** How a process ended. */
export interface ProcessExit {
  /** Null where a signal ended it, or nothing is known. */
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** Why there never was a process. */
  readonly notSpawned?: Error
}

/** What is heard from a process. */
export interface SpawnedWorkerListener {
  received(message: FromWorker): void
  /** A heartbeat. @param turn number of turns of its event loop, modulo 256 */
  beat(turn: number): void
}

/** A process that was spawned, as the operating system knows it. */
export interface SpawnedWorker {
  /** Undefined where it could not be spawned. */
  readonly pid: number | undefined
  /** Resolves when it has ended and everything it said has been heard. */
  readonly gone: Promise<ProcessExit>
  /** Sends a message; one to a process that is gone is dropped. @param socket a socket that goes along */
  send(message: ToWorker, socket?: unknown): void
  signal(signal: NodeJS.Signals): void
}

/**
 * How far the heap may grow beyond the memory that a worker is to have. It is replaced at that already, and needs room to finish
 * what it holds; what grows too fast for that ends here.
 */
const heapHeadRoom = 1.5

/** How long what a process has said may take to be read after its end. */
const lastWordsMs = 1000

/**
 * Spawns a worker. It inherits standard output and standard error, a channel for control messages, and a pipe for its
 * heartbeats; both close with this process, however this process ends.
 *
 * @param maxMemoryMb how much resident memory it is to have at most
 */
export function spawnWorker(
  program: WorkerProgram,
  maxMemoryMb: number | undefined,
  listener: SpawnedWorkerListener,
): SpawnedWorker {
  const child = forkProgram(program, maxMemoryMb)
  child.on('message', (given: unknown) => {
    const message = messageFromWorker(given)
    if (message !== undefined) listener.received(message)
  })
  hearBeats(child, listener)
  return {
    pid: child.pid,
    gone: goneOf(child),
    // Whether it can still be sent is told by the end of the process, which comes in any case.
    send: (message, socket) => void child.send(message, socket as SendHandle | undefined, () => undefined), // the assembler gives nothing else
    signal: (signal) => void child.kill(signal),
  }
}

function forkProgram({ module, execArgv, cwd, env }: WorkerProgram, maxMemoryMb: number | undefined): ChildProcess {
  const heapLimit = maxMemoryMb === undefined ? [] : [`--max-old-space-size=${Math.ceil(maxMemoryMb * heapHeadRoom)}`]
  return fork(module.startsWith('file:') ? fileURLToPath(module) : module, [], {
    execArgv: [...execArgv, ...heapLimit],
    // Keys are bytes, which JSON would not carry.
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
    env: env ?? process.env,
    ...(cwd === undefined ? {} : { cwd }),
  })
}

function hearBeats(child: ChildProcess, { beat }: SpawnedWorkerListener): void {
  const pipe = child.stdio[heartbeatFd]
  pipe?.on('error', () => undefined) // its end is the end of the process, which is heard
  pipe?.on('data', (beats: Buffer) => {
    for (const turn of beats) beat(turn)
  })
}

function goneOf(child: ChildProcess): Promise<ProcessExit> {
  const gone = createDeferred<ProcessExit>()
  let timer: NodeJS.Timeout | undefined
  child.on('error', (error) => {
    if (child.pid === undefined) gone.resolve({ exitCode: null, signal: null, notSpawned: error })
  })
  child.once('exit', (exitCode, signal) => {
    timer = setTimeout(() => gone.resolve({ exitCode, signal }), lastWordsMs)
  })
  child.once('close', (exitCode, signal) => {
    clearTimeout(timer)
    gone.resolve({ exitCode, signal })
  })
  return gone.promise
}
