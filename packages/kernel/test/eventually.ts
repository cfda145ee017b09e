/** Asks again, a turn of the loop later each time, until it is so; the test's own deadline ends it. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((done) => setImmediate(done))
}
