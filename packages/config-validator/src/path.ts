import { quote } from './quote.js'
import { holdsSecret } from './secret-key.js'

/** The keys and list indices that lead from the top of a configuration to a value. */
export type Path = readonly (string | number)[]

const plainKey = /^[A-Za-z_$][\w$-]*$/

/** A path as people write it, `runtime.platform.process_groups[2].workers`; what lies under a secret is left out. */
export function pathText(path: Path): string {
  let text = ''
  for (const [depth, key] of path.entries()) {
    text += segment(key, depth)
    if (typeof key === 'string' && holdsSecret(key) && depth < path.length - 1) return `${text}.…`
  }
  return text
}

function segment(key: string | number, depth: number): string {
  if (typeof key === 'number') return `[${key}]`
  if (!plainKey.test(key)) return `[${quote(key)}]`
  return depth === 0 ? key : `.${key}`
}
