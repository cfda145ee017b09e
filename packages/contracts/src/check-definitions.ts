import { type DefinitionKind, isDefinition } from './definition.js'
import { suggestion } from './nearest-name.js'

/** What others are made of. */
type Thing = 'message type' | 'state type' | 'token' | 'part'

/** Which definitions are meant by it, and where one gets them. */
const things: Readonly<Record<Thing, { readonly kinds: readonly DefinitionKind[]; readonly made: string }>> = {
  'message type': { kinds: ['message'], made: 'defineMessage or defineBytes' },
  'state type': { kinds: ['state'], made: 'defineState' },
  token: { kinds: ['token'], made: 'token' },
  part: {
    kinds: ['node', 'source', 'sink', 'service', 'module', 'app'],
    made: 'defineNode, defineSource, defineSink, defineService or defineModule',
  },
}

/**
 * Refuses what is no definition where one belongs: a mistyped name, or what a module in a circle of imports has not exported yet.
 *
 * @param what who uses them and how, such as `Node 'price' emits`
 * @throws TypeError
 */
export function checkDefinitions(what: string, thing: Thing, given: unknown): void {
  if (!Array.isArray(given))
    throw new TypeError(`${what} ${kindOf(given)} where a list belongs; put it between [ and ]`)
  const { kinds, made } = things[thing]
  for (const one of given as readonly unknown[]) {
    if (isDefinition(one, ...kinds)) continue
    const hint = one === undefined ? '; modules that import each other see undefined' : ''
    throw new TypeError(`${what} something that is no ${thing} (got ${kindOf(one)}); give what ${made} returns${hint}`)
  }
}

/**
 * Refuses a definition without the function that it is about.
 *
 * @param what whose it is, such as `Node 'price'`
 * @throws TypeError
 */
export function checkFunction(what: string, name: string, given: unknown): void {
  if (typeof given !== 'function') throw new TypeError(`${what} has no function ${name} (got ${kindOf(given)})`)
}

/** The options there are: a mapping, so that the type checker asks for each of them. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>

/**
 * Refuses an option that there is not: mistyped, it would mean its default. A copy of a definition may hold its `kind`.
 *
 * @param what whose it is, such as `Node 'price'`
 * @throws TypeError
 */
export function checkOptions<Options extends object>(what: string, given: Options, known: OptionNames<Options>): void {
  for (const [name, value] of Object.entries(given)) {
    if (Object.hasOwn(known, name) || value === undefined || name === 'kind') continue
    throw new TypeError(`${what} has no option '${name}'; ${suggestion(name, Object.keys(known))}`)
  }
}

/**
 * Refuses what is none of some words, where it is given.
 *
 * @param what whose it is, such as `Node 'price'`
 * @throws TypeError
 */
export function checkWord(what: string, name: string, given: unknown, words: readonly string[]): void {
  if (given === undefined || words.some((word) => word === given)) return
  throw new TypeError(`${what} has ${name}: ${JSON.stringify(given)}; it must be one of ${words.join(', ')}`)
}

/**
 * Refuses what is no list of texts, where it is given.
 *
 * @param what whose it is, such as `Node 'price'`
 * @throws TypeError
 */
export function checkTexts(what: string, name: string, given: unknown): void {
  if (given === undefined || (Array.isArray(given) && given.every((one) => typeof one === 'string'))) return
  throw new TypeError(`${what} has ${name}: ${JSON.stringify(given)}; it must be a list of texts`)
}

function kindOf(given: unknown): string {
  return given === null ? 'null' : typeof given
}
