import { defineNode } from '../src/index.js'
import { Done, Step } from './shop.js'

/** A node that finishes what is even, and gives up what is odd until it is mended. */
export function finishEven(isMended: () => boolean = () => false) {
  return defineNode({
    name: 'finish',
    consumes: Step,
    emits: [Done],
    onError: 'dead_letter',
    handle: ({ n }) => {
      if (n % 2 === 1 && !isMended()) throw new RangeError(`not yet ${n}`)
      return Done.of({ n })
    },
  })
}
