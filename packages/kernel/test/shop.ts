import { defineMessage, type MessageType, Type } from '../src/index.js'

/** The message types of the tests' little shop. */
export const Quote = defineMessage('shop.quote', Type.Object({ sku: Type.String(), n: Type.Integer({ minimum: 1 }) }))
export const Price = defineMessage('shop.price', Type.Object({ cents: Type.Integer() }), { reply: true })
export const Count = defineMessage('shop.count', Type.Object({ n: Type.Integer() }))
export const Item = defineMessage('shop.item', Type.Object({ i: Type.Integer() }), { reply: true })
export const Step = defineMessage('shop.step', Type.Object({ n: Type.Integer() }))
export const Done = defineMessage('shop.done', Type.Object({ n: Type.Integer() }))

/** The code of what a promise was rejected with; undefined when it was not. */
export function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => undefined,
    (error: { readonly code?: string }) => error.code ?? String(error),
  )
}

/** A promise and what settles it. */
export interface Deferred {
  readonly promise: Promise<void>
  resolve(): void
}

/** Something to wait for, and to let go. */
export function deferred(): Deferred {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve: () => resolve() }
}

/** The next turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

/** So many turns of the event loop. */
export async function pass(turns: number): Promise<void> {
  for (let passed = 0; passed < turns; passed++) await turn()
}

/** Waits, turn by turn, until something holds; fails by name when it does not within two thousand turns. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let turns = 0; !holds(); turns++) {
    if (turns > 2000) throw new Error(`waited in vain until ${what}`)
    await turn()
  }
}

/** A message of each number from 0. */
export function numbered<Name extends string>(type: MessageType<Name, { n: number }>, count: number) {
  return Array.from({ length: count }, (_, n) => type.of({ n }))
}
