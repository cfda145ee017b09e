import { setImmediate, setTimeout } from 'node:timers/promises'
import {
  type AppDefinition,
  defineApp,
  isDefinition,
  type NodeDefinition,
  type Part,
  type SinkDefinition,
  type SourceDefinition,
} from '@millrace/contracts'
import { createPause, type Pause } from './pause.js'

/**
 * An application whose parts are asynchronous and slow, each at random: messages overtake each other wherever they may. The
 * environment variable `REFERENCE_DELAY_SEED` seeds the delays.
 */
export function delayed(app: AppDefinition): AppDefinition {
  return defineApp(`${app.name}-delayed`, app.parts.map(delayedPart))
}

function delayedPart(part: Part): Part {
  const pause = createPause(Number(process.env.REFERENCE_DELAY_SEED ?? 1), part.name, { setImmediate, setTimeout })
  if (isDefinition(part, 'node')) return delayedNode(part as NodeDefinition, pause) // told by its kind
  if (isDefinition(part, 'source')) return delayedSource(part as SourceDefinition, pause) // told by its kind
  return isDefinition(part, 'sink') ? delayedSink(part as SinkDefinition, pause) : part // told by its kind
}

/** Sometimes it answers at once, sometimes after a turn of the event loop, sometimes after milliseconds. */
function delayedNode(node: NodeDefinition, pause: Pause): NodeDefinition {
  return {
    ...node,
    handle: (payload, context) => {
      const paused = pause()
      return paused === undefined ? node.handle(payload, context) : paused.then(() => node.handle(payload, context))
    },
  }
}

/** What is read together is handed over in two pieces. */
function delayedSource(source: SourceDefinition, pause: Pause): SourceDefinition {
  return {
    ...source,
    read: async function* (context) {
      for await (const batch of source.read(context)) {
        const messages = [batch].flat()
        const half = Math.ceil(messages.length / 2)
        yield messages.slice(0, half)
        await pause()
        yield messages.slice(half)
      }
    },
  }
}

function delayedSink(sink: SinkDefinition, pause: Pause): SinkDefinition {
  return {
    ...sink,
    open: async (context) => {
      const writer = await sink.open(context)
      return {
        ...writer,
        write: (payload, given) => {
          const paused = pause()
          return paused === undefined ? writer.write(payload, given) : paused.then(() => writer.write(payload, given))
        },
      }
    },
  }
}
