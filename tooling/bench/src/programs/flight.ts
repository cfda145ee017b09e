/** Messages through an asynchronous node, so many at once, into an ordered sink. Prints what a run of it took. */
import { createRuntime, defineMessage, defineNode, defineSink, defineSource, Type } from '@millrace/kernel'
import { report, startWatch, taskOf } from './measure.js'

/** What the parent asks for. */
export interface FlightTask {
  /** How many messages are in flight at once. */
  readonly flight: number
  /** Messages that are measured; both numbers are multiples of `flight`. */
  readonly messages: number
  /** Messages before them, in the same run. */
  readonly warmUp: number
}

const batch = 256
const schema = Type.Object({ n: Type.Integer() })
const Asked = defineMessage('bench.asked', schema)
const Answered = defineMessage('bench.answered', schema)

const { flight, messages, warmUp } = taskOf<FlightTask>()
let started = startWatch()
let arrived = 0

const numbers = defineSource({
  name: 'numbers',
  emits: [Asked],
  *read() {
    for (let start = 0; start < warmUp + messages; start += batch)
      yield Array.from({ length: Math.min(batch, warmUp + messages - start) }, (_, index) =>
        Asked.of({ n: start + index }),
      )
  },
})

/** Answers come when as many as may be in flight are waiting for theirs: nothing is slower than it must be. */
const waiting: (() => void)[] = []
const answer = defineNode({
  name: 'answer',
  consumes: Asked,
  emits: [Answered],
  concurrency: flight,
  handle: ({ n }) =>
    new Promise<ReturnType<typeof Answered.of>>((resolve) => {
      waiting.push(() => resolve(Answered.of({ n })))
      if (waiting.length === flight) for (const tell of waiting.splice(0)) tell()
    }),
})

const count = defineSink({
  name: 'count',
  consumes: Answered,
  open: () => ({
    write({ n }) {
      if (n !== arrived++) throw new RangeError(`${n} came out of order`)
      if (arrived === warmUp) started = startWatch()
    },
  }),
})

const runtime = await createRuntime({
  nodes: [numbers, answer, count],
  overlay: { runtime: { max_in_flight: flight }, adapters: { numbers: {}, count: {} } },
})
await runtime.run()
report(started.stop(messages))
