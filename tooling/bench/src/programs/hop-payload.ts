import type { HopTask } from './hop-side.js'

/** The object of every hop: a few fields, a text, a list of records. */
export interface HopPayload {
  readonly id: number
  readonly kind: string
  readonly note: string
  readonly items: HopItem[]
}

/** One record of the list. */
export interface HopItem {
  readonly sku: string
  readonly count: number
  readonly cents: number
}

/** Makes the payload of a task, exactly as large as it says. */
export function hopPayload({ kind, bytes }: Pick<HopTask, 'kind' | 'bytes'>): object {
  if (kind === 'bytes') return new Uint8Array(bytes).fill(120)
  const items: HopItem[] = []
  const make = (note: string): HopPayload => ({ id: 1, kind: 'bench.ask', note, items })
  const records = kind === 'text' ? 1 : Math.max(1, Math.floor((bytes - 140) / 48))
  for (let index = 0; index < records; index++)
    items.push({ sku: `S-${100_000 + index}`, count: 1 + (index % 9), cents: 10_000 + (index % 89_999) })
  const missing = bytes - JSON.stringify(make('')).length
  if (missing < 0) throw new RangeError(`a payload of ${bytes} bytes has no room for its ${records} records`)
  return make('n'.repeat(missing))
}
