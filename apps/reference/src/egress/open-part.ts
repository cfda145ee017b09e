import { constants, type FileHandle, open, rename, stat } from 'node:fs/promises'
import { MillraceError } from '@millrace/contracts'
import { fileError } from '../file-error.js'
import type { OutputOptions } from './output.js'
import { readAt } from './read-at.js'

const lineFeed = 0x0a

/** A part that is open. */
export interface OpenPart {
  readonly handle: FileHandle
  /** Where the first line that is put belongs, in bytes. */
  readonly start: number
  /** Up to where it is compared with what is there, instead of being written. */
  readonly comparedBytes: number
}

/** Opens the part of an output, with as much of what an earlier process has left in it as is of use. */
export async function openPart(options: OutputOptions, partPath: string): Promise<OpenPart> {
  if (options.keptBytes !== undefined) return openKept(options, options.keptBytes, partPath)
  return options.resume ? openCompared(options, partPath) : openAnew(options, partPath)
}

async function openAnew({ log }: OutputOptions, partPath: string): Promise<OpenPart> {
  const earlier = await stat(partPath).catch(() => undefined)
  const handle = await openFile(partPath, constants.O_TRUNC)
  if (earlier) log.warn(`${partPath} of an interrupted run is written anew; --resume would have continued it`)
  return { handle, start: 0, comparedBytes: 0 }
}

async function openCompared({ log }: OutputOptions, partPath: string): Promise<OpenPart> {
  const handle = await openFile(partPath)
  const comparedBytes = await cut(handle, partPath, () => endOfWholeLines(handle))
  log.info(`resuming: the first ${comparedBytes} bytes are compared with ${partPath}`)
  return { handle, start: 0, comparedBytes }
}

/** Cuts the part to what is known to be right. If it had got its name already, it is a part again. */
async function openKept({ path, log }: OutputOptions, keptBytes: number, partPath: string): Promise<OpenPart> {
  const [part, whole] = await Promise.all([partPath, path].map((file) => stat(file).catch(() => undefined)))
  if (part === undefined && whole?.size === keptBytes) await rename(path, partPath).catch(failed('rename', partPath))
  const handle = await openFile(partPath)
  await cut(handle, partPath, async () => {
    const { size } = await handle.stat()
    if (size < keptBytes) throw tooShort(partPath, size, keptBytes)
    return keptBytes
  })
  log.info(`going on after the first ${keptBytes} bytes of ${partPath}`)
  return { handle, start: keptBytes, comparedBytes: 0 }
}

function openFile(partPath: string, flags = 0): Promise<FileHandle> {
  return open(partPath, constants.O_RDWR | constants.O_CREAT | flags).catch(failed('open', partPath))
}

/** Cuts off what comes after the end; closes the file when it cannot. @returns the bytes that remain */
async function cut(handle: FileHandle, partPath: string, endOf: () => Promise<number>): Promise<number> {
  try {
    const end = await endOf()
    await handle.truncate(end)
    return end
  } catch (error) {
    await handle.close()
    return failed('read', partPath)(error)
  }
}

async function endOfWholeLines(handle: FileHandle): Promise<number> {
  const blockBytes = 64 * 1024
  for (let end = (await handle.stat()).size; end > 0; end = Math.max(0, end - blockBytes)) {
    const start = Math.max(0, end - blockBytes)
    const feed = (await readAt(handle, start, end - start)).lastIndexOf(lineFeed)
    if (feed >= 0) return start + feed + 1
  }
  return 0
}

function failed(action: string, partPath: string): (error: unknown) => never {
  return (error) => {
    throw fileError(error, `${action} ${partPath}`, 'write')
  }
}

function tooShort(partPath: string, size: number, keptBytes: number): MillraceError {
  return new MillraceError(
    'RESUME_MISMATCH',
    `cannot resume, because ${partPath} has ${size} bytes, and the interrupted run had written ${keptBytes}: it is not the file of that run, or something has changed it. Name the output of the interrupted run, or leave out --resume to start anew`,
    { facts: { node: 'write' } },
  )
}
