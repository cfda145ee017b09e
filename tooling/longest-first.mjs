/** The order of the test files: those that take longest begin first, so that none of them is left alone at the end. */
import TestSequencer from '@jest/test-sequencer'

/** Where nothing is known of the last run, as in CI, jest begins with the largest files; these take longer than their size says. */
const longest = [
  'apps/reference/test/durable.process.test.ts',
  'apps/reference/test/redis.process.test.ts',
  'packages/kernel/test/order-mutants.test.ts',
  'packages/kernel/test/order.test.ts',
  'packages/kernel/test/web/http2.test.ts',
  'apps/reference/test/parity.process.test.ts',
  'packages/cli/test/process-ends.test.ts',
  'packages/cli/test/dead-letters-retry.test.ts',
  'packages/kernel/test/durable.test.ts',
  'packages/kernel/test/kept-runs.test.ts',
  'apps/reference/test/command.process.test.ts',
  'packages/kernel/test/web/workers.test.ts',
]

export default class extends TestSequencer {
  /** @param {Parameters<TestSequencer['sort']>[0]} tests */
  sort(tests) {
    const rank = new Map(longest.map((name, index) => [name, index]))
    /** @param {{ path: string, context: { config: { rootDir: string } } }} test */
    const rankOf = ({ path, context }) => rank.get(path.slice(context.config.rootDir.length + 1)) ?? longest.length
    // What was longest the last time comes first, and what is as long as another stays in its place.
    return [...super.sort(tests)].sort((one, other) => rankOf(one) - rankOf(other))
  }
}
