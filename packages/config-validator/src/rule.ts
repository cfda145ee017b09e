import type { MillraceConfig } from './config.js'
import type { Draft } from './draft.js'
import type { Mistake } from './finding.js'

/** A rule between keys. It reads nothing but the configuration; what the machine holds is another matter. */
export type Rule = (config: Draft<MillraceConfig>) => Iterable<Mistake>
