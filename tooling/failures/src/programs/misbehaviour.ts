import { Type } from '@millrace/kernel'

/** What a handler does wrong, and with which message. */
export const misbehaviour = Type.Object({
  at: Type.Integer({ default: 0 }),
  does: Type.Union(
    ['nothing', 'exit', 'loop', 'grow'].map((name) => Type.Literal(name)),
    { default: 'nothing' },
  ),
})

/** Does it. */
export function misbehave(n: number, { at, does }: { readonly at: number; readonly does: string }): void {
  if (n !== at) return
  if (does === 'exit') process.exit(7)
  while (does === 'loop');
  const kept: unknown[] = []
  while (does === 'grow') kept.push(Array.from({ length: 10_000 }, (_, index) => ({ index })))
}
