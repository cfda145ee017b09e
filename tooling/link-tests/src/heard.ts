import type { Link, LinkEnd, LinkRecord } from '@millrace/contracts'
import { within } from './within.js'

/** What an end of a link hears. */
export interface Heard {
  readonly records: LinkRecord[]
  /** Resolves when so many records have come. */
  count(expected: number): Promise<void>
  /** How the link ended. */
  ended(): Promise<LinkEnd>
}

/** Listens to a link. */
export function hear(link: Link, onRecord: (record: LinkRecord) => void = () => undefined): Heard {
  const records: LinkRecord[] = []
  const waiting = new Set<() => void>()
  let settle: (end: LinkEnd) => void = () => undefined
  const ended = new Promise<LinkEnd>((resolve) => {
    settle = resolve
  })
  link.listen({
    record(record) {
      records.push(record)
      for (const check of waiting) check()
      onRecord(record)
    },
    end: settle,
  })
  return {
    records,
    count(expected) {
      const enough = new Promise<void>((resolve) => {
        const check = (): void => {
          if (records.length >= expected) resolve()
        }
        waiting.add(check)
        check()
      })
      return within(`${link.local} being handed ${expected} records`, enough)
    },
    ended: () => within(`${link.local} hearing the end`, ended),
  }
}
