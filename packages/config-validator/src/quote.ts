const longestQuote = 40

/** Controls and characters that turn the direction of writing: they would change how a terminal shows the rest. */
const unprintable = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** A text in quotes, safe to print on a terminal, cut where it is long. */
export function quote(text: string): string {
  const shown = text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text
  return JSON.stringify(shown).replace(unprintable, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
