import { setTimeout as delay } from 'node:timers/promises'
import type { Link } from '@millrace/contracts'
import { envelope } from '@millrace/link-tests/records'
import { peerOptions } from '@millrace/link-tests/test-keys'
import { createTcpTransport } from '@millrace/transport-tcp-secure'
import type { BenchPart } from '../harness/bench.js'
import { measureInChild } from '../harness/child.js'
import { type Companion, startCompanion } from '../harness/companion.js'
import { compile } from '../harness/compile.js'
import { pairedRatio, percentile, spreadOf } from '../harness/statistics.js'
import type { AttackTask } from '../programs/attack-task.js'

/** An attack takes about as long: most connections are closed when the time for a handshake is over. */
const undisturbedMs = 8000
const mebibyte = 1_048_576

interface Attacked {
  /** Of an envelope and its echo, one at a time, in milliseconds. */
  readonly undisturbedP99: number
  readonly attackedP99: number
  readonly grownBytes: number
}

/** What an honest peer notices of attacks on the worker that it is linked with. */
export const attacked: BenchPart = {
  name: 'attacked',
  about: 'an honest peer, one envelope at a time, while its worker is attacked by 420 connections (SEC-IPC-10)',
  async measure({ rounds, progress }) {
    const programs = { worker: await compile('attacked-worker'), attacker: await compile('attacker') }
    const measured: Attacked[] = []
    for (let round = 1; round <= rounds; round++) {
      measured.push(await measureAttack(programs))
      progress(`attacked, round ${round}`)
    }
    return [
      {
        title: 'A worker that is attacked by silent, half, slow, flooding and lying connections',
        figures: [
          {
            what: 'p99 of an honest peer, attacked / undisturbed',
            unit: 'ratio',
            spread: pairedRatio(
              measured,
              ({ attackedP99 }) => attackedP99,
              ({ undisturbedP99 }) => undisturbedP99,
            ),
            budget: { id: 'SEC-IPC-10', better: 'less', required: 2, goal: 2 },
          },
          {
            what: 'p99 of an honest peer, undisturbed',
            unit: 'ms',
            spread: spreadOf(measured.map(({ undisturbedP99 }) => undisturbedP99)),
          },
          {
            what: 'memory that the worker has grown by',
            unit: 'MiB',
            spread: spreadOf(measured.map(({ grownBytes }) => grownBytes / mebibyte)),
            budget: { id: 'SEC-IPC-10', better: 'less', required: 32, goal: 32 },
          },
        ],
        rounds: measured,
      },
    ]
  },
}

interface Programs {
  readonly worker: string
  readonly attacker: string
}

async function measureAttack(programs: Programs): Promise<Attacked> {
  const worker = await startCompanion({ program: programs.worker })
  const transport = createTcpTransport(peerOptions())
  try {
    const address = String(worker.ready.address)
    const roundTrips = ask(await transport.dial('near#1', { slot: 'far#1', address }, AbortSignal.timeout(20_000)))
    await delay(2000) // to warm up
    const before = await memoryOf(worker)
    roundTrips.take()
    await delay(undisturbedMs)
    const undisturbedP99 = p99(roundTrips.take())
    await measureInChild(programs.attacker, { port: Number(new URL(address).port) } satisfies AttackTask)
    const attackedP99 = p99(roundTrips.take())
    return { undisturbedP99, attackedP99, grownBytes: (await memoryOf(worker)) - before }
  } finally {
    await transport.close()
    await worker.close()
  }
}

/** Sends an envelope when the one before has come back. Its times are taken while its link stands. */
function ask(link: Link): { readonly take: () => readonly number[] } {
  let taken: number[] = []
  let sent = 0
  let sentAt = 0
  let hasEnded = false
  const send = (): void => {
    sentAt = performance.now()
    link.send(envelope(++sent))
  }
  link.listen({
    record() {
      taken.push(performance.now() - sentAt)
      send()
    },
    end() {
      hasEnded = true
    },
  })
  send()
  return {
    take() {
      if (hasEnded) throw new Error('the attack has cost an honest peer its link')
      const all = taken
      taken = []
      return all
    },
  }
}

async function memoryOf(worker: Companion): Promise<number> {
  return Number((await worker.ask('memory', 'memory')).rssBytes)
}

function p99(values: readonly number[]): number {
  return percentile(
    values.toSorted((a, b) => a - b),
    0.99,
  )
}
