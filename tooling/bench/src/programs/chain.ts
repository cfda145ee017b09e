/** A chain of synchronous nodes, in a graph or as one straight loop. Prints what a run of it took. */
import {
  createRuntime,
  defineMessage,
  defineNode,
  defineSource,
  type Message,
  type MessageType,
  Type,
} from '@millrace/kernel'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { type ChainCode, chainCode } from './chain-code.js'
import { report, startWatch, taskOf, type Watch } from './measure.js'

/** What the parent asks for. */
export interface ChainTask {
  readonly side: 'graph' | 'loop'
  readonly nodes: number
  /** Messages that are measured. */
  readonly messages: number
  /** Messages before them, in the same run. */
  readonly warmUp: number
}

const batch = 256
const schema = Type.Object({ n: Type.Integer() })

const task = taskOf<ChainTask>()
const seen = { sum: 0 }
const types = Array.from({ length: task.nodes }, (_, index) => defineMessage(`bench.step-${index}`, schema))
const code = await chainCode(types, seen)
const watch = task.side === 'graph' ? await runGraph(code, types) : runLoop(code)
report({ ...watch.stop(task.messages), sum: seen.sum })

function runLoop({ loop }: ChainCode): Watch {
  const check = new Ajv2020().compile(schema)
  loop(0, task.warmUp, check)
  const started = startWatch()
  loop(task.warmUp, task.warmUp + task.messages, check)
  return started
}

async function runGraph({ handlers }: ChainCode, [first, ...others]: readonly MessageType[]): Promise<Watch> {
  if (first === undefined) throw new RangeError('a chain has at least one node')
  let started = startWatch()
  const numbers = defineSource({
    name: 'numbers',
    emits: [first],
    *read() {
      yield* batches(first, 0, task.warmUp)
      started = startWatch() // everything before has been handled: the chain is synchronous
      yield* batches(first, task.warmUp, task.warmUp + task.messages)
    },
  })
  const nodes = handlers.map((handle, index) =>
    defineNode({
      name: `step-${index}`,
      consumes: types[index] ?? first,
      emits: others.slice(index, index + 1),
      handle: handle as (step: unknown) => undefined, // it makes messages of the type just named
    }),
  )
  const runtime = await createRuntime({ nodes: [numbers, ...nodes], overlay: { adapters: { numbers: {} } } })
  await runtime.run()
  return started
}

function* batches(first: MessageType, from: number, to: number) {
  for (let start = from; start < to; start += batch) {
    const messages = new Array<Message>(Math.min(batch, to - start))
    for (let index = 0; index < messages.length; index++) messages[index] = first.of({ n: start + index })
    yield messages
  }
}
