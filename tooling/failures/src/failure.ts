import type { Stage } from './stage.js'

/** What a fault has shown; each is a cell of the page. */
export interface Seen {
  /** Of the command, or how it ended. */
  readonly exitCode: string
  /** Of the error that a user sees. */
  readonly code: string
  /** The event, with the facts that tell it from others. */
  readonly event: string
  /** What was counted. */
  readonly counted: string
  readonly lost: string
}

/** A row of the failure matrix. */
export interface Failure {
  readonly fault: string
  /** How it is made. */
  readonly made: string
  /** Whether work is done, and told of, before it is over: then there must be spans and metrics. @default true */
  readonly works?: boolean
  /** Makes it, and tells what it has shown. @throws Error when it has shown nothing of the kind */
  make(stage: Stage): Promise<Seen>
}

/** Stands in a cell that is empty. */
export const nothing = '–'
