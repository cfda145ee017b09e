import type { MessageType } from '@millrace/kernel'

/** The payload of every message in the chain. */
export interface Step {
  readonly n: number
}

/** The functions of a chain, and the loop that calls them one after the other. */
export interface ChainCode {
  /** The first takes what the source makes; the last makes nothing and adds its number to `seen`. */
  readonly handlers: readonly ((step: Step) => unknown)[]
  /** Makes a first message of each number, checks it, and calls the functions. */
  readonly loop: (from: number, to: number, check: (payload: unknown) => boolean) => void
}

/**
 * Writes a chain as a programmer would: each node a function of its own, the loop one call below the other. Made at run time,
 * since the length of the chain is what is varied; functions made by one closure would share what the compiler knows of them.
 *
 * @param types of the messages, one for each node
 * @param seen where the last function adds up what came to it, so that the two ways can be compared
 */
export async function chainCode(types: readonly MessageType[], seen: { sum: number }): Promise<ChainCode> {
  const module: unknown = await import(`data:text/javascript,${encodeURIComponent(textOf(types.length))}`)
  const { make } = module as { make: (types: readonly MessageType[], seen: { sum: number }) => ChainCode } // its text is below
  return make(types, seen)
}

function textOf(nodes: number): string {
  const last = nodes - 1
  const all = Array.from({ length: nodes }, (_, index) => index)
  const functionOf = (index: number): string =>
    index === last
      ? `function handle${index}(step) { seen.sum = (seen.sum + step.n) | 0 }`
      : `function handle${index}(step) { return type${index + 1}.of({ n: step.n + 1 }) }`
  const callOf = (index: number): string =>
    index === last
      ? `handle${index}(message${index}.payload)`
      : `const message${index + 1} = handle${index}(message${index}.payload)`
  return `
    export function make(types, seen) {
      ${all.map((index) => `const type${index} = types[${index}]`).join('\n')}
      ${all.map(functionOf).join('\n')}
      function loop(from, to, check) {
        for (let n = from; n < to; n++) {
          const message0 = type0.of({ n })
          if (!check(message0.payload)) throw new TypeError('the payload is not sound')
          ${all.map(callOf).join('\n')}
        }
      }
      return { handlers: [${all.map((index) => `handle${index}`).join(', ')}], loop }
    }`
}
