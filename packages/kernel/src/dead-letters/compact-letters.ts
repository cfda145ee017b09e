/**
 * Takes dropped letters out of a file that other processes append to, without holding these up.
 *
 *   lock → link the file as `old` → copy what stays to `next` → rename `next` over the file → copy what came meanwhile → unlink `old`
 *
 * C1  A writer looks after each line whether its file still has the name, and writes the line again where it has not
 *     (`openLineFile`). So a line that the last step does not see is written again by its writer.
 * C2  From the rename to the end, `old` holds what has come meanwhile; readers read both, and whoever is next copies it where this
 *     one was killed.
 * C3  A mark of a dropped letter stays once longer than the letter: a writer may still be about to write that letter again.
 * C4  What is no letter stays as it is.
 */
import {
  appendFileSync,
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { type LetterFiles, letterFiles } from './letter-files.js'
import { droppedBy, readLetterLine } from './letter-line.js'
import { hasName, openLineFile } from './line-file.js'
import { linesOf } from './lines-of.js'
import { systemCode } from './system-code.js'

/** @returns why the file is as it was; undefined where it holds no dropped letter any more */
export function compactLetters(path: string): string | undefined {
  const files = letterFiles(path)
  let lock: number
  try {
    lock = openSync(files.lock, 'wx', 0o600)
  } catch (thrown) {
    return lockedBy(files, thrown)
  }
  try {
    appendFileSync(lock, String(process.pid))
    finishOld(files)
    rewrite(files)
    return undefined
  } catch (thrown) {
    return `it cannot be written anew: ${messageOf(thrown)}`
  } finally {
    closeSync(lock)
    rmSync(files.lock, { force: true })
  }
}

function lockedBy({ lock }: LetterFiles, thrown: unknown): string {
  if (systemCode(thrown) !== 'EEXIST') return `its folder cannot be written: ${messageOf(thrown)}`
  return `process ${contentOf(lock)} is writing it anew; if that process is gone, remove ${lock}, and drop again`
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return 'unknown' // it has just been removed
  }
}

/** Copies what a process that was killed has left behind (C2). */
function finishOld({ path, old }: LetterFiles): void {
  const left = openOrNothing(old)
  if (left === undefined) return
  try {
    if (!hasName(left, path)) {
      endWrites(old)
      copyMissing(left, path)
    }
    rmSync(old)
  } finally {
    closeSync(left)
  }
}

function copyMissing(left: number, path: string): void {
  const present = openSync(path, 'a+')
  const known = new Set(['']) // empty lines are not missed
  const dropped = new Set<string>()
  for (const { bytes } of linesOf(present)) {
    known.add(nameOf(bytes))
    noteDropped(bytes, dropped)
  }
  closeSync(present)
  const missing: Buffer[] = []
  for (const { bytes, ended } of linesOf(left)) {
    if (!ended) break // its writer writes it again
    noteDropped(bytes, dropped)
    if (!known.has(nameOf(bytes))) missing.push(bytes)
  }
  const target = openLineFile(path)
  for (const bytes of missing) if (!isDropped(bytes, dropped)) target.append(bytes)
  target.close()
}

/** What a line is known by: two letters of one id are one. */
function nameOf(bytes: Buffer): string {
  const said = readLetterLine(bytes)
  if (said.kind === 'empty') return ''
  return said.kind === 'letter' ? said.letter.id : bytes.toString()
}

function noteDropped(bytes: Buffer, dropped: Set<string>): void {
  const id = droppedBy(readLetterLine(bytes))
  if (id !== undefined) dropped.add(id)
}

function isDropped(bytes: Buffer, dropped: ReadonlySet<string>): boolean {
  const said = readLetterLine(bytes)
  return said.kind === 'letter' && dropped.has(said.letter.id)
}

function rewrite(files: LetterFiles): void {
  const { path, old, next } = files
  const source = openSync(path, 'r')
  try {
    const contents = contentsOf(source)
    if (![...contents.dropped].some((id) => contents.letters.has(id))) return
    rmSync(next, { force: true })
    const target = openSync(next, 'a')
    try {
      copyStaying(source, target, contents)
      linkSync(path, old)
      replace(files, source)
      appendFileSync(target, since(source, old, contents.length))
      fsyncSync(target)
      rmSync(old)
    } finally {
      closeSync(target)
      rmSync(next, { force: true })
    }
  } finally {
    closeSync(source)
  }
}

interface Contents {
  readonly letters: ReadonlySet<string>
  readonly dropped: ReadonlySet<string>
  /** Of its whole lines, in bytes. */
  readonly length: number
}

function contentsOf(source: number): Contents {
  const letters = new Set<string>()
  const dropped = new Set<string>()
  let length = 0
  for (const { bytes, ended } of linesOf(source)) {
    if (!ended) break
    length += bytes.length + 1
    const said = readLetterLine(bytes)
    if (said.kind === 'letter') letters.add(said.letter.id)
    const gone = droppedBy(said)
    if (gone !== undefined) dropped.add(gone)
  }
  return { letters, dropped, length }
}

/** Copies letters that are not dropped, marks of letters that are still here (C3), and what is no letter (C4). */
function copyStaying(source: number, target: number, { letters, dropped, length }: Contents): void {
  const { mode, uid, gid } = fstatSync(source)
  const made = fstatSync(target)
  if (made.uid !== uid || made.gid !== gid) fchownSync(target, uid, gid) // or the application could not append to it
  fchmodSync(target, mode & 0o7777)
  let read = 0
  for (const { bytes } of linesOf(source)) {
    if (read >= length) break
    read += bytes.length + 1
    const said = readLetterLine(bytes)
    const stays =
      said.kind === 'letter' ? !dropped.has(said.letter.id) : said.kind !== 'dropped' || letters.has(said.id)
    if (stays && said.kind !== 'empty') appendFileSync(target, Buffer.concat([bytes, lineEnd]))
  }
  fsyncSync(target)
}

const lineEnd = Buffer.from('\n')

function replace({ path, old, next }: LetterFiles, source: number): void {
  try {
    if (!hasName(source, old) || !hasName(source, path)) throw new Error('somebody else has replaced it just now')
    renameSync(next, path)
  } catch (thrown) {
    rmSync(old)
    throw thrown
  }
}

/** The whole lines that have come since the file was read. */
function since(source: number, old: string, length: number): Buffer {
  endWrites(old)
  const lines = [...linesOf(source, length)].filter(({ bytes, ended }) => ended && bytes.length > 0)
  return Buffer.concat(lines.flatMap(({ bytes }) => [bytes, lineEnd]))
}

/**
 * Writes a line end, which waits, as every write does, until a write that has begun is done. What begins later is written again
 * (C1), so what is cut off after it is left out.
 */
function endWrites(old: string): void {
  appendFileSync(old, lineEnd)
}

function openOrNothing(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}

function messageOf(thrown: unknown): string {
  return systemCode(thrown) ?? (thrown instanceof Error ? thrown.message : String(thrown))
}
