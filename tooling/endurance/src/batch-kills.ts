import { createHash } from 'node:crypto'
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Ended, expectedOutput, kept, startReference } from '@millrace/reference/test/run-reference.ts'
import { waitForBytes } from '@millrace/reference/test/wait-for-bytes.ts'
import { writeGenerated } from '@millrace/reference/test/write-generated.ts'

/** How batch runs are killed. */
export interface BatchSettings {
  readonly rounds: number
  readonly lines: number
  /** From 0 to less than 1. */
  readonly random: () => number
  readonly progress: (line: string) => void
}

/** What became of them. */
export interface BatchReport {
  readonly rounds: number
  /** What must not have been. */
  readonly mistakes: readonly string[]
}

/** The workers of the profile tcp_local, in the order of their start. */
const stateless = [1, 2] as const
const stateful = 3
/** The share of the output that is there at the latest kill: later, the worker may hold nothing any more. */
const latest = 0.7

/**
 * Runs the reference application in four groups of processes, again and again. In each run a worker of `features` is killed
 * when the output has a random size: the output must be what it always is. Each tenth time it is the worker that has the
 * state: then the run must end, say what it has kept, and come to the same output with `--resume`.
 */
export async function runBatchKills({ rounds, lines, random, progress }: BatchSettings): Promise<BatchReport> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-endurance-'))
  const input = join(folder, 'in.ndjson')
  const output = join(folder, 'out.ndjson')
  const mistakes: string[] = []
  try {
    writeGenerated(input, { seed: 1, lines })
    const expected = expectedOutput(input, 'baseline')
    const wanted = createHash('sha256').update(expected).digest('hex')
    const run = (...args: readonly string[]) =>
      startReference(
        'run',
        '--scenario',
        'baseline',
        '--profile',
        'tcp_local',
        '--quiet',
        '--input',
        input,
        '--output',
        output,
        ...args,
      )
    for (let round = 1; round <= rounds; round++) {
      const bytes = 1 + Math.floor(random() * latest * expected.length)
      const worker = round % 10 === 0 ? stateful : (stateless[round % 2] ?? 1)
      const ended = await killAt(run(), `${output}.part`, bytes, worker)
      const wrong = worker === stateful ? wrongEnd(ended, `${output}.part`) : wrongExit(ended)
      if (worker === stateful) mistakes.push(...prefixed(round, wrongExit(await run('--resume').ended)))
      mistakes.push(...prefixed(round, wrong))
      const same = (await hashOf(output)) === wanted
      if (!same) mistakes.push(`round ${round}: the output differs`)
      rmSync(output, { force: true })
      progress(
        `batch ${round}: worker ${worker} killed at ${bytes} of ${expected.length} bytes of output, exit code ${ended.code}, ${same ? 'output identical' : 'OUTPUT DIFFERS'}`,
      )
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return { rounds, mistakes }
}

async function killAt(
  { child, ended }: ReturnType<typeof startReference>,
  part: string,
  bytes: number,
  worker: number,
): Promise<Ended> {
  child.stdin.end()
  await waitForBytes(part, bytes)
  const pid = childrenOf(child.pid)[worker]
  if (pid === undefined) throw new Error(`the run has no worker ${worker} to kill`)
  process.kill(pid, 'SIGKILL')
  return ended
}

function childrenOf(pid: number | undefined): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
}

function wrongExit({ code, stderr }: Ended): readonly string[] {
  return code === 0 ? [] : [`exit code ${code}, ${stderr.trim()}`]
}

/** A run whose state is gone ends with exit code 4, and names the lines that are kept. */
function wrongEnd({ code, stderr }: Ended, part: string): readonly string[] {
  if (code === 4 && stderr.includes(kept(part))) return []
  return [`exit code ${code}, and instead of «${kept(part)}» it said: ${stderr.trim()}`]
}

function prefixed(round: number, mistakes: readonly string[]): readonly string[] {
  return mistakes.map((mistake) => `round ${round}: ${mistake}`)
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
