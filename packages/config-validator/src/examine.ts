import { checkShape } from './check-shape.js'
import { complete } from './complete.js'
import type { MillraceConfig } from './config.js'
import type { Draft } from './draft.js'
import type { Mistake } from './finding.js'
import { type Path, pathText } from './path.js'
import { rules } from './rules/rules.js'

/** What a configuration is worth once schema and rules have seen it. */
export interface Examination {
  /** With the defaults of the schema; sound only where there are no mistakes. */
  readonly draft: Draft<MillraceConfig>
  readonly mistakes: readonly Mistake[]
}

/** Checks a configuration against the schema and against every rule between keys, all of them whatever is found first. */
export function examine(value: unknown): Examination {
  const shape = checkShape(value)
  const draft = asDraft(value)
  return { draft, mistakes: [...shape, ...rules.flatMap((rule) => [...rule(draft)])] }
}

/** The normalised configuration of an examination without mistakes. */
export function accepted(draft: Draft<MillraceConfig>): MillraceConfig {
  return complete(draft as MillraceConfig) // the schema has accepted it, and there are no mistakes
}

/** One mistake for each place, the first; and none below a place that is wrong as a whole. */
export function oncePerPlace(mistakes: readonly Mistake[], wrongAsAWhole: readonly Mistake[]): readonly Mistake[] {
  const roots = wrongAsAWhole.map((mistake) => mistake.path)
  const seen = new Set<string>()
  return mistakes.filter(({ path }) => {
    const place = pathText(path)
    return !roots.some((root) => isBelow(path, root)) && !seen.has(place) && seen.add(place)
  })
}

function isBelow(path: Path, root: Path): boolean {
  return root.every((key, index) => path[index] === key)
}

function asDraft(value: unknown): Draft<MillraceConfig> {
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isMapping ? (value as Draft<MillraceConfig>) : {} // a draft promises nothing
}
