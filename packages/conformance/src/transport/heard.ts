import assert from 'node:assert/strict'
import type { LinkEnd, LinkListener, LinkRecord } from '@millrace/contracts'
import { within } from '../within.js'

/** A listener that remembers what it hears. */
export interface Heard extends LinkListener {
  readonly records: readonly LinkRecord[]
  /** Every end that was heard; there should be one. */
  readonly ends: readonly LinkEnd[]
  /** How many records came after the end. */
  readonly afterEnd: number
  /** Resolves when so many records have come. */
  count(expected: number): Promise<void>
  /** Resolves when the end has come. */
  ended(): Promise<LinkEnd>
}

/** Makes a listener that remembers, under the name of its slot; `onRecord` runs as each record is handed over. */
export function createHeard(
  name: string,
  patienceMs: number,
  onRecord: (record: LinkRecord) => void = () => undefined,
): Heard {
  const records: LinkRecord[] = []
  const ends: LinkEnd[] = []
  const wakers = new Set<() => void>()
  let afterEnd = 0

  function wake(): void {
    for (const waker of wakers) waker()
  }

  function until(what: string, reached: () => boolean): Promise<void> {
    const waiting = new Promise<void>((resolve) => {
      const check = (): void => {
        if (!reached()) return
        wakers.delete(check)
        resolve()
      }
      wakers.add(check)
      check()
    })
    return within(patienceMs, what, waiting)
  }

  return {
    records,
    ends,
    get afterEnd() {
      return afterEnd
    },
    record(record) {
      records.push(record)
      if (ends.length > 0) afterEnd++
      onRecord(record)
      wake()
    },
    end(end) {
      ends.push(end)
      wake()
    },
    async count(expected) {
      await until(`${name} being handed ${expected} records`, () => records.length >= expected || ends.length > 0)
      assert.ok(
        records.length >= expected,
        `${name} was handed ${records.length} of ${expected} records before the end`,
      )
    },
    async ended() {
      await until(`${name} hearing the end`, () => ends.length > 0)
      return ends[0] ?? assert.fail(`${name} heard no end`)
    },
  }
}
