import type { Link } from '@millrace/contracts'

/** What an end has heard, in one list: the ticket of an envelope, the kind of another record, the end. */
export function heardBy(link: Link, onRecord: (heard: string | number) => void = () => undefined): (string | number)[] {
  const heard: (string | number)[] = []
  link.listen({
    record(record) {
      const entry = record.kind === 'envelope' ? (record.ticket ?? 'envelope') : record.kind
      heard.push(entry)
      onRecord(entry)
    },
    end: (end) => void heard.push(end),
  })
  return heard
}
