/** The steps of iterables, which users write, and which need not keep to the protocol of iterators. */

/** Stands for a step where the iterable has thrown. */
export class Thrown {
  readonly done = true
  readonly thrown: unknown

  constructor(thrown: unknown) {
    this.thrown = thrown
  }
}

/** What an iterable gave when it was asked. */
export type Step = IteratorResult<unknown> | Thrown

/** Asks for the next step. */
export function nextStep(iterator: Iterator<unknown>): Step {
  try {
    return checked(iterator.next())
  } catch (thrown) {
    return new Thrown(thrown)
  }
}

/** Asks for the next step of an asynchronous iterable. Never rejects. */
export function nextAsyncStep(iterator: AsyncIterator<unknown>): Promise<Step> {
  try {
    return Promise.resolve(iterator.next()).then(checked, (thrown: unknown) => new Thrown(thrown))
  } catch (thrown) {
    return Promise.resolve(new Thrown(thrown))
  }
}

function checked(step: IteratorResult<unknown>): Step {
  if (typeof step === 'object' && step !== null) return step
  return new Thrown(new TypeError('next() of an iterable gave no object; give { value, done }'))
}
