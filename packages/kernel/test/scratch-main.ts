import { randomCase, expectedVisits } from './random-graph.js'
import { runRandomGraph } from './scratch-run.js'
let passed = 0, skipped = 0, failed = 0
const t0 = performance.now()
for (let seed = 1; seed <= Number(process.argv[2] ?? 200); seed++) {
  const c = randomCase(seed); const exp = expectedVisits(c)
  if (!exp) { skipped++; continue }
  const r = await runRandomGraph(c, seed)
  let why = ''
  if (!r.ended || r.left) why = `not ended left ${r.left} failure ${r.failure?.message} ${r.failure?.cause}`
  else c.graph.nodes.forEach((n, i) => { if (i === 0) return
    if (n.ordered) { if (r.seen[i]!.join(' ') !== exp[i]!.join(' ')) why ||= `order at ${i}` }
    else if ([...r.seen[i]!].sort().join(' ') !== [...exp[i]!].sort().join(' ')) why ||= `set at ${i}` })
  if (why) { failed++; if (failed < 5) console.log(seed, why, c.shapes, c.graph.edges.map(e=>`${e.from}>${e.to}`).join(' '), c.graph.nodes.map(n=>n.ordered?'o':'-').join('')) } else passed++
}
console.log({ passed, skipped, failed, ms: performance.now() - t0 })
