import type { Json } from '@millrace/contracts'
import type { Notes } from '../ledger/notes.js'
import type { ReadingPlace } from './low-water.js'

/** Where a source goes on; undefined where it begins at the beginning. */
export function keptOfSource(notes: Notes | undefined, name: string): ReadingPlace | undefined {
  return notes?.found(sourceNote(name)) as ReadingPlace | undefined // what `noteSource` has noted
}

/** Notes down where a source would go on. */
export function noteSource(notes: Notes, name: string, place: ReadingPlace): void {
  notes.note(sourceNote(name), place)
}

/** The checkpoint that a sink goes on from; undefined where it has none. */
export function keptOfSink(notes: Notes | undefined, name: string): Json | undefined {
  return notes?.found(sinkNote(name)) as Json | undefined // what the sink's `checkpoint` has returned
}

/** The name of the note that holds the checkpoint of a sink. */
export function sinkNote(name: string): string {
  return `sink:${name}`
}

function sourceNote(name: string): string {
  return `source:${name}`
}
