import { expectedVisits, randomCase } from './random-graph.ts'
import { noFaults, runRandomMesh } from './run-random-mesh.ts'
import { randomPlan } from './random-placement.ts'
const [seed, crashes, cuts] = process.argv.slice(2).map(Number)
const c = randomCase(seed)
const plan = randomPlan(c, seed)
console.log('edges', c.graph.edges.map((e) => `${e.from}>${e.to}`).join(' '), 'ordered', c.graph.nodes.map((n, i) => n.ordered ? i : '').join(','), 'shapes', c.shapes.join(','))
console.log('groups', plan.groups.map((g) => `${g.name}:${g.nodes.join(',')}x${g.slots.length}`).join(' '))
const exp = expectedVisits(c)!
const run = await runRandomMesh(c, seed, { ...noFaults, crashes, cuts, durable: true })
c.graph.nodes.forEach((n, i) => {
  const w = exp[i]!, s = run.seen[i]!
  if (!n.ordered) { const ms = w.filter((x) => !s.includes(x)); if (ms.length) console.log('node', i, 'missing', ms.slice(0, 5)); return }
  if (w.join(' ') === s.join(' ')) return
  const at = w.findIndex((x, k) => x !== s[k])
  console.log('node', i, 'len', w.length, s.length, 'first diff', at, 'want', w.slice(at, at + 4), 'got', s.slice(at, at + 4), 'missing', w.filter((x) => !s.includes(x)).slice(0, 6), 'twice', s.filter((x, k) => s.indexOf(x) !== k).slice(0, 6))
})
console.log({ crashes: run.crashes, ended: run.ended, left: run.left })
