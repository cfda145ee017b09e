import type { TestRunner } from '../src/index.js'

/** A suite with its runner left open. */
export type Suite = (runner: TestRunner) => void

/** The tests of a suite by their titles, not run yet. */
export function collectTests(suite: Suite): ReadonlyMap<string, () => Promise<void>> {
  const tests = new Map<string, () => Promise<void>>()
  suite({
    describe: (_title, body) => body(),
    it(title, body) {
      if (tests.has(title)) throw new Error(`two tests are called '${title}'`)
      tests.set(title, body)
    },
  })
  return tests
}

/** What a test of a suite complains about, in one line, or 'nothing'. */
export async function complaintOf(suite: Suite, title: string): Promise<string> {
  const test = collectTests(suite).get(title)
  if (test === undefined) throw new Error(`no test is called '${title}'`)
  try {
    await test()
    return 'nothing'
  } catch (error) {
    return String(error).replace(/\s+/g, ' ')
  }
}

/** The complaints of every test of a suite that has one, each after its title. */
export async function complaintsOf(suite: Suite): Promise<readonly string[]> {
  const complaints: string[] = []
  for (const title of collectTests(suite).keys()) {
    const complaint = await complaintOf(suite, title)
    if (complaint !== 'nothing') complaints.push(`${title}: ${complaint}`)
  }
  return complaints
}
