import type { Position } from '@millrace/contracts'
import { parseDomainId } from '../mesh/domain-id.js'
import { type Entry, readEntry, type Work } from './entries.js'

/** Work that an earlier process has left. */
export interface FoundWork {
  readonly entry: string
  readonly position: Position
  readonly work: Work
}

/** How far an earlier process has come. */
export interface FoundCursor {
  readonly domain: string
  readonly node: number
  readonly position: Position
}

/** What an earlier process of the slot has left, sorted. */
export interface Found {
  readonly cursors: readonly FoundCursor[]
  /** Until when each message that belongs to no domain may come again, by entry. */
  readonly taken: ReadonlyMap<string, number>
  /** By scope, in the order of positions. */
  readonly work: ReadonlyMap<string, readonly FoundWork[]>
  readonly notes: ReadonlyMap<string, unknown>
  /** Entries that are about nothing any more. */
  readonly over: readonly string[]
}

/** Which run finds the ledger, and what it may use of another's. */
export interface Finder {
  readonly run: string
  /** Whether the run goes on where the one before it has ended; then what that has recorded of its sources is used. */
  readonly resumes: boolean
  /** Wall time in milliseconds since the epoch. */
  readonly now: number
}

/** Sorts a ledger. What belongs to a request of another run is over, and so is what belongs to a run that is not resumed. */
export function sortFound(ledger: ReadonlyMap<string, string>, { run, resumes, now }: Finder): Found {
  const isSameRun = ledger.get('run') === run
  const found = {
    cursors: [] as FoundCursor[],
    taken: new Map<string, number>(),
    work: new Map<string, FoundWork[]>(),
    notes: new Map<string, unknown>(),
    over: [] as string[],
  }
  const counts = (entry: Entry): boolean => {
    if (entry.kind === 'run') return true
    if (entry.kind === 'taken') return isSameRun && entry.until > now
    if (isSameRun) return true
    return resumes && (entry.kind === 'note' || isOfSource(entry.kind === 'cursor' ? entry.domain : entry.scope))
  }
  for (const [name, text] of ledger) {
    const entry = readEntry(name, text)
    if (!counts(entry)) found.over.push(name)
    else if (entry.kind === 'cursor') found.cursors.push(entry)
    else if (entry.kind === 'taken') found.taken.set(name, entry.until)
    else if (entry.kind === 'note') found.notes.set(entry.name, entry.value)
    else if (entry.kind === 'work') {
      const { scope, position, work } = entry
      const list = found.work.get(scope)
      if (list === undefined) found.work.set(scope, [{ entry: name, position, work }])
      else list.push({ entry: name, position, work })
    }
  }
  return found
}

/** Whether a scope is a run of a source: only that goes on in another run. */
function isOfSource(scope: string): boolean {
  return parseDomainId(scope)?.entry.kind === 'source'
}
