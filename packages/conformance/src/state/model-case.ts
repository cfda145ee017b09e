import type { StateWrite } from '@millrace/contracts'
import fc from 'fast-check'
import { nastyKeys } from '../nasty-keys.js'
import { payloadArbitrary } from '../payload-arbitrary.js'
import { propertyParameters } from '../test-runner.js'
import { assertSameValues } from './same-values.js'
import type { AwaitedStore, StateStoreCase } from './state-store-world.js'

type Step =
  | { readonly kind: 'load'; readonly space: string; readonly keys: readonly string[] }
  | { readonly kind: 'commit'; readonly writes: readonly StateWrite[] }

/** Random loads and commits over several spaces, beside a Map that does the same. */
export const modelCase: StateStoreCase = {
  title: 'it does what a Map does, for random loads and commits over several spaces',
  async run(world) {
    const likeMap = fc.asyncProperty(fc.array(stepArbitrary(), { maxLength: 40, size: 'max' }), async (steps) => {
      const store = await world.open()
      await behavesLikeMap(store, steps)
      await store.close()
    })
    await fc.assert(likeMap, propertyParameters(world.settings))
  },
}

/** Few keys, so that steps meet. */
function stepArbitrary(): fc.Arbitrary<Step> {
  const space = fc.constantFrom('a', 'a:b', '__proto__')
  const key = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('', 'a', 'c', 'b:c', 'constructor') },
    { weight: 1, arbitrary: fc.constantFrom(...nastyKeys()) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
  )
  const value = fc.oneof({ weight: 3, arbitrary: payloadArbitrary() }, { weight: 1, arbitrary: fc.constant(undefined) })
  const write: fc.Arbitrary<StateWrite> = fc.record({ space, key, value })
  return fc.oneof(
    fc.record({ kind: fc.constant('load' as const), space, keys: fc.array(key, { maxLength: 6 }) }),
    fc.record({ kind: fc.constant('commit' as const), writes: fc.array(write, { maxLength: 6 }) }),
  )
}

async function behavesLikeMap(store: AwaitedStore, steps: readonly Step[]): Promise<void> {
  const model = new Map<string, unknown>()
  const handedOut: { readonly values: readonly unknown[]; readonly expected: readonly unknown[] }[] = []
  for (const step of steps) {
    if (step.kind === 'commit') {
      await store.commit(...step.writes)
      for (const write of step.writes) model.set(modelKey(write.space, write.key), write.value)
    } else {
      const values = await store.load(step.space, ...step.keys)
      const expected = step.keys.map((key) => model.get(modelKey(step.space, key)))
      assertSameValues(values, expected)
      handedOut.push({ values, expected })
    }
  }
  for (const { values, expected } of handedOut) assertSameValues(values, expected)
}

function modelKey(space: string, key: string): string {
  return JSON.stringify([space, key])
}
