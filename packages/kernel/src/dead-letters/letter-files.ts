import { realpathSync } from 'node:fs'

/** The files beside a dead letter file while it is being made smaller. */
export interface LetterFiles {
  /** The file itself, where a link leads. */
  readonly path: string
  /** Held by whoever makes it smaller. */
  readonly lock: string
  /** The file as it was. */
  readonly old: string
  /** What shall take its place. */
  readonly next: string
}

/** Names the files. */
export function letterFiles(given: string): LetterFiles {
  const path = whereLinksLead(given)
  return { path, lock: `${path}.millrace-lock`, old: `${path}.millrace-old`, next: `${path}.millrace-next` }
}

function whereLinksLead(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path // it is not there
  }
}
