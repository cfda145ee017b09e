import type { Facts, MillraceError } from '@millrace/contracts'

/** What another worker takes of the facts of a failure. A handler may throw an error of ours with anything as its facts: what is none stays here. */
export function factsThatLeave({ facts }: MillraceError): Facts {
  return Object.fromEntries(Object.entries(facts ?? {}).filter(([, fact]) => isFact(fact)))
}

function isFact(fact: unknown): boolean {
  if (Array.isArray(fact)) return fact.every((item) => typeof item === 'string')
  return fact === null || typeof fact === 'string' || typeof fact === 'number' || typeof fact === 'boolean'
}
