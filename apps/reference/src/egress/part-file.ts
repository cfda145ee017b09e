import { rename, stat } from 'node:fs/promises'
import { MillraceError } from '@millrace/contracts'
import { fileError } from '../file-error.js'
import { openPart } from './open-part.js'
import type { Output, OutputOptions } from './output.js'
import { readAt } from './read-at.js'
import { writeAll } from './write-all.js'

const lineFeed = 0x0a

/**
 * Opens the file beside an output that holds its lines until all of them are there.
 *
 * 1. `FILE.part` holds whole lines only, also after a failed write. Only a killed process can leave a part of a line; it is
 *    cut off when the run is resumed.
 * 2. `FILE` is replaced by a rename at the end and not touched before.
 * 3. Resumed, what is put is compared with the part up to its end and written from there on. A difference ends the run and
 *    leaves the part as it was.
 * 4. Where it is known how much of the part is right, it is cut there, and what is put is written from there on.
 *
 * @throws MillraceError SINK_FAILED, saying what to do, when it cannot be written
 */
export async function openPartFile(options: OutputOptions): Promise<Output> {
  const { path } = options
  const partPath = `${path}.part`
  const orFail = (action: string) => (error: unknown) => {
    throw fileError(error, `${action} ${partPath}`, 'write')
  }
  await refuseFolder(path)
  const { handle, start, comparedBytes } = await openPart(options, partPath)
  let offset = start
  let lines = 0

  async function compare(piece: Buffer): Promise<void> {
    const kept = await readAt(handle, offset, piece.length).catch(orFail('read'))
    if (!kept.equals(piece))
      throw mismatch(partPath, lines + 1 + lineFeeds(piece.subarray(0, commonLength(kept, piece))))
    lines += lineFeeds(piece)
  }

  async function append(piece: Buffer): Promise<void> {
    const { bytes, error } = await writeAll(handle, piece, offset)
    if (error === undefined) return
    const wholeLines = offset + piece.subarray(0, bytes).lastIndexOf(lineFeed) + 1
    await handle.truncate(wholeLines).catch(() => {}) // the write's failure is the one to report
    orFail('write')(error)
  }

  return {
    async put(piece) {
      const compared = piece.subarray(0, Math.max(0, comparedBytes - offset))
      if (compared.length > 0) await compare(compared)
      offset += compared.length
      const appended = piece.subarray(compared.length)
      if (appended.length > 0) await append(appended)
      offset += appended.length
    },
    async finish() {
      if (offset < comparedBytes) throw mismatch(partPath, lines + 1)
      await handle.sync().catch(orFail('write'))
      await rename(partPath, path).catch(orFail(`give the name ${path} to`))
    },
    close: () => handle.close(),
  }
}

async function refuseFolder(path: string): Promise<void> {
  const status = await stat(path).catch(() => undefined)
  if (!status?.isDirectory()) return
  throw fileError(Object.assign(new Error('is a folder'), { code: 'EISDIR' }), `write the output ${path}`, 'write')
}

function commonLength(first: Buffer, second: Buffer): number {
  let length = 0
  while (length < first.length && first[length] === second[length]) length++
  return length
}

function lineFeeds(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) count++
  return count
}

function mismatch(partPath: string, line: number): MillraceError {
  return new MillraceError(
    'RESUME_MISMATCH',
    `cannot resume, because line ${line} of ${partPath} is not what this run writes there: the input, the scenario or the program has changed. Give the input and the scenario of the interrupted run, or leave out --resume to start anew`,
    { facts: { node: 'write', line } },
  )
}
