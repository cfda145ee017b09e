import { runSeed } from '/work/wt/ledger/packages/kernel/test/order-mistakes.ts'
import { noFaults, runRandomMesh } from '/work/wt/ledger/packages/kernel/test/run-random-mesh.ts'
const [from, to, crashes, cuts] = process.argv.slice(2).map(Number)
let bad = 0
for (let seed = from; seed <= to; seed++) {
  const { mistake } = await runSeed(seed, (c, s) => runRandomMesh(c, s, { ...noFaults, crashes, cuts, durable: true }), crashes + cuts > 0)
  if (mistake) { bad++; if (bad < 15) console.log(mistake) }
}
console.log({ bad })
