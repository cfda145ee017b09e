import { type Describe, programTests } from './program-tests.js'

/** The `describe` for tests that need a Redis server. */
export function redisTests(describe: Describe): (title: string, body: () => void) => void {
  return programTests('redis-server', describe)
}
