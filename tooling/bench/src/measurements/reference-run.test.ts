import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { scenarios } from '@millrace/reference/src/scenarios.ts'
import { createRunReference } from './reference-run.js'

const input = fileURLToPath(new URL('../../../../apps/reference/data/sample.ndjson', import.meta.url))

describe('createRunReference', () => {
  it.each(scenarios)('does the %s job in each of its ways, with the same output', async (scenario) => {
    const run = await createRunReference()
    const graph = await run({ side: 'graph', scenario, input })
    const loop = await run({ side: 'loop', scenario, input })
    expect(graph.units).toBeGreaterThan(0)
    expect(loop.units).toBe(graph.units)
  })
})
