import { closeSync, openSync } from 'node:fs'
import { MillraceError } from '@millrace/contracts'
import { letterFiles } from './letter-files.js'
import { type DeadLetter, readLetterLine } from './letter-line.js'
import { type FileLine, linesOf } from './lines-of.js'
import { systemCode } from './system-code.js'

/** A letter without its payload. */
export interface LetterSummary extends Omit<DeadLetter, 'payload'> {
  /** How long its payload is as JSON, in bytes. */
  readonly size: number
}

/** A line that is no letter. */
export interface UnreadableLine {
  readonly path: string
  /** From 1. */
  readonly line: number
  /** Whether it is the last and has no end: a process was killed while it wrote, or is writing now. */
  readonly torn: boolean
}

/** What a dead letter file holds. */
export interface LetterBook {
  /** Whether there is a file. */
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
  const exists = visitLines(path, ({ bytes, ended }, file, line) => {
    const said = readLetterLine(bytes)
    if (said.kind === 'dropped') dropped.add(said.id)
    if (said.kind === 'unreadable') unreadable.push({ path: file, line, torn: !ended })
    if (said.kind !== 'letter') return
    const { payload, ...rest } = said.letter
    letters.set(rest.id, { ...rest, size: Buffer.byteLength(JSON.stringify(payload) ?? '') })
  })
  const left = [...letters.values()].filter(({ id }) => !dropped.has(id))
  return { exists, letters: left.sort((one, other) => order(one.at, other.at)), unreadable }
}

/** The letter of an id, with its payload; undefined where there is none that is not dropped. @throws as `readDeadLetters` */
export function readDeadLetter(path: string, id: string): DeadLetter | undefined {
  let found: DeadLetter | undefined
  let dropped = false
  visitLines(path, ({ bytes }) => {
    const said = readLetterLine(bytes)
    if (said.kind === 'letter' && said.letter.id === id) found = said.letter
    if (said.kind === 'dropped' && said.id === id) dropped = true
  })
  return dropped ? undefined : found
}

function order(one: string, other: string): number {
  return one < other ? -1 : Number(one > other)
}

/**
 * The file is opened before the old one: where there is no old one any more, all that was in it is in the file.
 *
 * @returns whether there is a file
 */
function visitLines(path: string, visit: (line: FileLine, path: string, number: number) => void): boolean {
  const { old } = letterFiles(path)
  const now = openIfThere(path)
  const before = openIfThere(old)
  try {
    if (before !== undefined) visitOpen(before, old, visit)
    if (now !== undefined) visitOpen(now, path, visit)
  } finally {
    for (const file of [before, now]) if (file !== undefined) closeSync(file)
  }
  return now !== undefined || before !== undefined
}

function visitOpen(file: number, path: string, visit: (line: FileLine, path: string, number: number) => void): void {
  try {
    let number = 0
    for (const line of linesOf(file)) visit(line, path, ++number)
  } catch (cause) {
    throw unreadableFile(path, cause)
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
