import { type SuiteOptions, suiteSettings, type TestRunner, testTimeoutMs } from '../test-runner.js'
import { replyModelCase } from './reply-model-case.js'
import { type OpenReplyWaiters, runReplyWaiterCase } from './reply-waiter-world.js'
import { requestCases } from './request-cases.js'
import { streamCases } from './stream-cases.js'

/**
 * What reply waiters must do: the first terminal wins and every other is counted, for requests and for streams, and a
 * comparison with a model over random calls.
 *
 * @param runner `describe` and `it` of any test runner
 * @param open makes reply waiters that nobody waits at; the suite closes them
 */
export function replyWaiterSuite(
  { describe, it }: TestRunner,
  open: OpenReplyWaiters,
  options: SuiteOptions = {},
): void {
  const settings = suiteSettings(options)
  describe('reply waiters', () => {
    for (const one of [...requestCases, ...streamCases, replyModelCase])
      it(one.title, () => runReplyWaiterCase(one, open, settings), testTimeoutMs(settings))
  })
}
