/**
 * The best of several media types for a client.
 *
 * @param accept its `Accept` header; without one, or with one that names nothing, it takes anything
 * @param offered in the order in which we prefer them
 * @returns undefined where it takes none of them
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-accept
 */
export function negotiate<Type extends string>(accept: string | undefined, offered: readonly Type[]): Type | undefined {
  if (accept === undefined || accept === '*/*') return offered[0]
  const ranges = rangesOf(accept)
  if (ranges.length === 0) return offered[0]
  let best: { readonly type: Type; readonly quality: number } | undefined
  for (const type of offered) {
    const quality = qualityOf(type, ranges)
    if (quality > 0 && (best === undefined || quality > best.quality)) best = { type, quality }
  }
  return best?.type
}

interface Range {
  readonly media: string
  readonly quality: number
}

/** An element of the list may be empty, and counts for nothing then. */
function rangesOf(accept: string): readonly Range[] {
  return accept
    .split(',')
    .map(parseRange)
    .filter(({ media }) => media !== '')
}

function parseRange(text: string): Range {
  const [media = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const given = parameters.find((parameter) => parameter.startsWith('q='))
  const quality = given === undefined ? 1 : Number(given.slice(2))
  return { media, quality: quality >= 0 && quality <= 1 ? quality : 0 }
}

/** That of the most specific range that fits. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  const [group = ''] = type.split('/')
  for (const media of [type, `${group}/*`, '*/*']) {
    const range = ranges.find((candidate) => candidate.media === media)
    if (range !== undefined) return range.quality
  }
  return 0
}
