/**
 * The environment of the tests: that of jest, without what it leaves behind.
 *
 * For each test file jest-circus makes an AsyncLocalStorage, which it never disables. In Node 20 each promise of a process
 * visits every one that has been used, so that in a worker of jest promises become slower with each file.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { TestEnvironment } from 'jest-environment-node'

/** @type {Set<AsyncLocalStorage<unknown>>} */
const used = new Set()

const { run } = AsyncLocalStorage.prototype
AsyncLocalStorage.prototype.run = function (...args) {
  used.add(this)
  return run.apply(this, args)
}

export default class extends TestEnvironment {
  /** The tests of a file are over. */
  async teardown() {
    for (const storage of used) storage.disable()
    used.clear()
    await super.teardown()
  }
}
