import { join } from 'node:path'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { sourceFlags } from '@millrace/from-source'
import { createRuntime, type MillraceEvent } from '@millrace/kernel'
import { application } from '../src/application.js'
import { temporaryFolder } from './temporary-folder.js'
import { writeGenerated } from './write-generated.js'

const folder = temporaryFolder()
const [input, output] = [join(folder, 'in'), join(folder, 'out')]
writeGenerated(input, { seed: 24, lines: 1000 })

/** Which processes each node said it runs in, and those of each group's workers. */
const nodes = new Map<string, Set<string>>()
const groups = new Map<string, Set<string>>()

function hear({ name, facts }: MillraceEvent): void {
  if (name === 'node.log') note(nodes, facts.node, facts.message)
  if (name === 'worker.ready') note(groups, facts.group, `pid ${facts.pid}`)
}

function note(all: Map<string, Set<string>>, key: unknown, pid: unknown): void {
  const name = String(key)
  all.set(name, (all.get(name) ?? new Set()).add(String(pid)))
}

beforeAll(async () => {
  const { config, overlay } = await application({ scenario: 'baseline', profile: 'tcp_local', input, output })
  const runtime = { discovery_modules: ['../test/fixtures/tells-where-it-runs.ts'] }
  const app = await createRuntime({ config, overlay: { ...overlay, runtime }, workerFlags: sourceFlags })
  app.subscribe(hear)
  await app.run()
}, 300_000)

describe('the nodes of the reference application in tcp_local', () => {
  it.each([
    ['parse', 'ingress'],
    ['time-keys', 'ingress'],
    ['features', 'features'],
    ['idempotency', 'policy'],
    ['decide', 'policy'],
    ['format', 'egress'],
  ])('HANDOFF-01 HANDOFF-02 %s runs in the processes of the group %s, and in no other', (node, group) => {
    expect(nodes.get(node)).toEqual(groups.get(group))
  })

  it('HANDOFF-01 every group has processes of its own', () => {
    const pids = [...groups.values()].flatMap((group) => [...group])
    expect([pids.length, new Set(pids).size, pids.includes(`pid ${process.pid}`)]).toEqual([5, 5, false])
  })
})
