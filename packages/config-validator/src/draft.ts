/**
 * A configuration that may still be wrong: every key may be missing and every value anything. Rules between keys read
 * drafts, so that they can speak of the sound parts of a file while another part is broken.
 */
export type Draft<T> = unknown extends T ? unknown : DraftOf<NonNullable<T>>

type DraftOf<T> = T extends readonly unknown[]
  ? unknown
  : T extends object
    ? { readonly [Key in keyof T]?: Draft<T[Key]> }
    : unknown

/** The entries of what should be a list; none where it is something else. */
export function items<T extends object>(list: unknown): readonly Draft<T>[] {
  const entries = Array.isArray(list) ? list.map((entry: unknown) => (isObject(entry) ? entry : {})) : []
  return entries as Draft<T>[] // a draft promises nothing about what an entry holds
}

/** The entries of what should be a mapping; none where it is something else. */
export function pairs(mapping: unknown): readonly (readonly [key: string, value: unknown])[] {
  return isObject(mapping) ? Object.entries(mapping) : []
}

/** The number, where it is one. */
export function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** The text, where it is one. */
export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
