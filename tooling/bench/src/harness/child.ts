import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** What every program measures of itself. */
export interface Measurement {
  /** How many units of work were done: lines, messages. */
  readonly units: number
  readonly wallMs: number
  /** Time on a processor, all threads of the process together, so that waiting for a busy machine does not count. */
  readonly cpuMs: number
  /** The most memory that the process has had. */
  readonly peakBytes: number
}

/** How a program is run. */
export interface ChildOptions {
  /** For Node. @default [] */
  readonly flags?: readonly string[]
  /** Where it runs; packages that a runtime needs are found from there. @default here */
  readonly cwd?: string
}

/**
 * Runs a program in a process of its own, in production mode, and reads the JSON of its last line of output.
 *
 * @param task what the program is to do; it becomes its only argument, as JSON
 * @throws Error when the program fails; what it says on standard error is shown
 */
export async function measureInChild<Result>(
  program: string,
  task: object,
  { flags = [], cwd }: ChildOptions = {},
): Promise<Result> {
  const child = spawn(process.execPath, [...flags, program, JSON.stringify(task)], {
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(cwd === undefined ? {} : { cwd }),
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const [code, signal] = await once(child, 'close')
  if (code !== 0) throw new Error(`${program} ${JSON.stringify(task)} ended with ${signal ?? `exit code ${code}`}`)
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Result // our own programs print their own result
}
