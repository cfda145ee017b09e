import { closeSync, openSync } from 'node:fs'
import { MillraceError } from '@millrace/contracts'
import { letterFiles } from './letter-files.js'
import { type DeadLetter, droppedBy, readLetterLine } from './letter-line.js'
import { type FileLine, linesOf } from './lines-of.js'
import { systemCode } from './system-code.js'

/** A letter without its payload. */
export interface LetterSummary extends Omit<DeadLetter, 'payload'> {
  /** How long its payload is as JSON, in bytes. */
  readonly size: number
}

/** A line of a file, or an entry in Redis, that is no letter. */
export interface UnreadableLine {
  /** Where it stands: a file, or a stream. */
  readonly path: string
  /** The number of the line, from 1; or what Redis calls the entry. */
  readonly line: number | string
  /** Whether it is the last and has no end: a process was killed while it wrote, or is writing now. */
  readonly torn: boolean
}

/** Which dead letters there are. */
export interface LetterBook {
  /** Whether there is a file; in Redis, nobody can tell. */
  readonly exists: boolean
  /** Those that are not dropped, the newest last. */
  readonly letters: readonly LetterSummary[]
  readonly unreadable: readonly UnreadableLine[]
}

/**
 * Reads a dead letter file, line by line; payloads are not kept.
 *
 * @throws MillraceError CONFIG_UNREADABLE when it is there and cannot be read
 */
export function readDeadLetters(path: string): LetterBook {
  const letters = new Map<string, LetterSummary>()
  const dropped = new Set<string>()
  const unreadable: UnreadableLine[] = []
  let exists = false
  for (const { file, lines } of openFiles(path)) {
    exists = true
    let line = 0
    for (const { bytes, ended } of lines) {
      line++
      const said = readLetterLine(bytes)
      const gone = droppedBy(said)
      if (gone !== undefined) dropped.add(gone)
      if (said.kind === 'unreadable') unreadable.push({ path: file, line, torn: !ended })
      if (said.kind !== 'letter') continue
      letters.set(said.letter.id, summaryOf(said.letter))
    }
  }
  const left = [...letters.values()].filter(({ id }) => !dropped.has(id))
  return { exists, letters: inTheirOrder(left), unreadable }
}

/** A letter without its payload. */
export function summaryOf({ payload, ...rest }: DeadLetter): LetterSummary {
  return { ...rest, size: Buffer.byteLength(JSON.stringify(payload) ?? '') }
}

/** Letters, the newest last. */
export function inTheirOrder(letters: readonly LetterSummary[]): readonly LetterSummary[] {
  return [...letters].sort((one, other) => order(one.at, other.at))
}

/** The letter of an id, with its payload; undefined where there is none that is not dropped. @throws as `readDeadLetters` */
export function readDeadLetter(path: string, id: string): DeadLetter | undefined {
  let found: DeadLetter | undefined
  let dropped = false
  for (const said of linesSaid(path)) {
    if (said.kind === 'letter' && said.letter.id === id) found = said.letter
    if (droppedBy(said) === id) dropped = true
  }
  return dropped ? undefined : found
}

/**
 * The letters of some ids with their payloads, one after the other, as they stand in the file when this begins. Whoever asks knows
 * that they are not dropped. @throws as `readDeadLetters`
 */
export function* lettersOf(path: string, ids: readonly string[]): Generator<DeadLetter> {
  const wanted = new Set(ids)
  for (const said of linesSaid(path)) {
    if (wanted.size === 0) return
    if (said.kind === 'letter' && wanted.delete(said.letter.id)) yield said.letter
  }
}

function order(one: string, other: string): number {
  return one < other ? -1 : Number(one > other)
}

function* linesSaid(path: string) {
  for (const { lines } of openFiles(path)) for (const { bytes } of lines) yield readLetterLine(bytes)
}

interface OpenFile {
  readonly file: string
  readonly lines: Iterable<FileLine>
}

/** The file is opened before the old one: where there is no old one any more, all that was in it is in the file. */
function* openFiles(path: string): Generator<OpenFile> {
  const { old } = letterFiles(path)
  const now = openIfThere(path)
  const before = openIfThere(old)
  try {
    if (before !== undefined) yield { file: old, lines: readableLines(before, old) }
    if (now !== undefined) yield { file: path, lines: readableLines(now, path) }
  } finally {
    for (const file of [before, now]) if (file !== undefined) closeSync(file)
  }
}

function* readableLines(file: number, path: string): Generator<FileLine> {
  const lines = linesOf(file)
  for (;;) {
    let next: IteratorResult<FileLine>
    try {
      next = lines.next()
    } catch (cause) {
      throw unreadableFile(path, cause)
    }
    if (next.done) return
    yield next.value
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return undefined
    throw unreadableFile(path, cause)
  }
}

function unreadableFile(path: string, cause: unknown): MillraceError {
  return new MillraceError(
    'CONFIG_UNREADABLE',
    `the dead letter file ${path} cannot be read (${systemCode(cause) ?? 'unknown'}); check that it is a file and that this user may read it`,
    { cause },
  )
}
