import { alternate } from '../harness/alternate.js'
import type { BenchPart, Figure } from '../harness/bench.js'
import { type Measurement, measureInChild } from '../harness/child.js'
import { compile } from '../harness/compile.js'
import { pairedRatio, spreadOf } from '../harness/statistics.js'
import type { FlightTask } from '../programs/flight.js'

const messages = 200_000
const warmUp = 50_000

/** Messages through an asynchronous node, one at a time and many at once. */
export const flights: BenchPart = {
  name: 'flight',
  about: '1 to 10,000 messages in flight through an asynchronous node into a sink (P17)',
  async measure({ rounds, progress }) {
    const program = await compile('flight')
    const fly = (flight: number) => (): Promise<Measurement> =>
      measureInChild(program, { flight, messages, warmUp } satisfies FlightTask)
    const measured = await alternate(
      { one: fly(1), ten: fly(10), hundred: fly(100), thousand: fly(1000), tenThousand: fly(10_000) },
      { rounds, heard: (flight, round) => progress(`flight, round ${round}: ${flight} in flight`) },
    )
    const grown = (what: string, above: (round: (typeof measured)[number]) => Measurement): Figure => ({
      what: `time on a processor per message, ${what} in flight / 1 in flight`,
      unit: 'ratio',
      spread: pairedRatio(
        measured,
        (round) => above(round).cpuMs,
        ({ one }) => one.cpuMs,
      ),
      budget: { id: 'P17', better: 'less', required: 1.5, goal: 1.2 },
    })
    return [
      {
        title: `Growth with the messages in flight: ${messages.toLocaleString('en-GB')} through an asynchronous node`,
        figures: [
          grown('10', ({ ten }) => ten),
          grown('100', ({ hundred }) => hundred),
          grown('1,000', ({ thousand }) => thousand),
          grown('10,000', ({ tenThousand }) => tenThousand),
          {
            what: 'the same in ns, 1 in flight',
            unit: 'ns',
            spread: spreadOf(measured.map(({ one }) => (one.cpuMs * 1e6) / one.units)),
          },
        ],
        rounds: measured,
      },
    ]
  },
}
