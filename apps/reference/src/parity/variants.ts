import type { CheckOptions } from '@millrace/kernel'
import type { ReferenceProfile } from '../scenarios.js'

/** One way to run the application; all must give the same bytes. */
export interface Variant {
  readonly name: string
  readonly profile: ReferenceProfile
  readonly checks: CheckOptions
}

/** Every variant that exists, the plain one first. */
export const variants: readonly Variant[] = [
  { name: 'memory', profile: 'memory', checks: { validate: 'entry', freeze: false } },
  { name: 'memory, frozen', profile: 'memory', checks: { validate: 'every', freeze: true } },
  { name: 'memory, serialised', profile: 'memory', checks: { validate: 'every', freeze: true, serialise: true } },
]
