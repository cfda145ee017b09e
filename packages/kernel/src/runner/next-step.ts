/** The steps of iterables, which users write, and which need not keep to the protocol of iterators. */

/** Asks for the next step of an asynchronous iterable; one that throws where it should reject has rejected. */
export function nextStep(iterator: AsyncIterator<unknown>): Promise<IteratorResult<unknown>> {
  try {
    return Promise.resolve(iterator.next())
  } catch (thrown) {
    return Promise.reject(thrown)
  }
}

/** Whether it is one. */
export function isStep(step: unknown): boolean {
  return typeof step === 'object' && step !== null
}

/** What a loop over the iterable would throw. */
export function noStep(): TypeError {
  return new TypeError('next() of an iterable gave no object; give { value, done }')
}
