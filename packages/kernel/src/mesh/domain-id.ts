import type { SlotId } from '@millrace/contracts'
import { incarnationOf, originOf } from './root-origin.js'

/** How the roots of an order domain enter the graph: from a source, or as a request of one type. */
export type DomainEntry =
  | { readonly kind: 'source'; readonly node: number }
  | { readonly kind: 'request'; readonly type: number }

/** What a domain's name says, so that whoever hears of it first knows which edges its messages can take. */
export interface DomainName {
  readonly origin: SlotId
  readonly incarnation: number
  readonly number: number
  readonly entry: DomainEntry
}

/** `slot.incarnation/number/s3` for a run of source 3, `…/t5` for a stream request of type 5. */
export function domainId(origin: SlotId, incarnation: number, number: number, entry: DomainEntry): string {
  return `${origin}.${incarnation}/${number}/${entry.kind === 'source' ? `s${entry.node}` : `t${entry.type}`}`
}

/** @returns undefined for a text that names no domain */
export function parseDomainId(id: string): DomainName | undefined {
  const match = /^[^#]+#\d+\.\d+\/(\d+)\/([st])(\d+)$/u.exec(id)
  if (match === null) return undefined
  const index = Number(match[3])
  return {
    origin: originOf(id),
    incarnation: incarnationOf(id),
    number: Number(match[1]),
    entry: match[2] === 's' ? { kind: 'source', node: index } : { kind: 'request', type: index },
  }
}
