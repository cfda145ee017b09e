/** What a worker notes down for a later process of its slot. Of two notes of one name the later counts. */
export interface Notes {
  /** What an earlier process has noted last, as JSON carries it; undefined where it has noted nothing. */
  found(name: string): unknown
  /** Notes a value that JSON carries. It is kept with the next commit, or one after it: nobody waits for that. */
  note(name: string, value: unknown): void
}
