import { MillraceError, type RuntimeWatch } from '@millrace/contracts'
import { readLetterLine } from '../dead-letters/letter-line.js'
import type { Runtime } from '../runtime/runtime.js'

/** Says something before the last answer. */
export type Tell = (item: unknown) => void

/** What belongs to a question. */
export interface Asked {
  readonly facts: Readonly<Record<string, unknown>>
  readonly tell: Tell
  /** Whoever has asked is gone. */
  readonly gone: AbortSignal
}

/** What a running application answers, by the name of the question. */
export const controlAnswers: Readonly<
  Record<string, ((runtime: Runtime, asked: Asked) => Promise<unknown>) | undefined>
> = {
  snapshot: (runtime) => runtime.snapshot(),
  watch,
  console: async (runtime) => runtime.consoleLink(),
  reload: async (runtime, { facts }) => runtime.reload(String(facts.group)),
  'dead letter': sendAgain,
}

/** Sends a dead letter to its node again; it may be one from another file than the application has. */
async function sendAgain(runtime: Runtime, { facts: { letter, timeoutMs } }: Asked): Promise<unknown> {
  const said = readLetterLine(Buffer.from(JSON.stringify(letter ?? {})))
  if (said.kind !== 'letter' || typeof timeoutMs !== 'number')
    throw new MillraceError('CONTROL_UNAVAILABLE', 'what was to be sent again is no dead letter')
  const end = await runtime.retry(said.letter, { timeoutMs })
  return { letter: end.letter ?? null }
}

/** How often a snapshot can be had, in milliseconds. */
const [oftenestMs, rarestMs] = [100, 60_000]

/** Tells a snapshot at once and then at each interval, until whoever asked is gone. */
async function watch(runtime: Runtime, { facts, tell, gone }: Asked): Promise<unknown> {
  const { intervalMs } = facts
  if (typeof intervalMs !== 'number' || !(intervalMs >= oftenestMs && intervalMs <= rarestMs))
    throw new MillraceError('CONFIG_INVALID', `intervalMs must be a number from ${oftenestMs} to ${rarestMs}`)
  let asking = false
  const take = async (): Promise<void> => {
    if (asking) return // a worker is slow to answer: this one is left out
    asking = true
    const [snapshot, metrics] = await Promise.all([runtime.snapshot(), runtime.metrics()]).finally(() => {
      asking = false
    })
    if (!gone.aborted) tell({ ...snapshot, metrics } satisfies RuntimeWatch)
  }
  await take()
  if (gone.aborted) return undefined
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setInterval(() => void take().catch(reject), intervalMs).unref()
      gone.addEventListener('abort', () => resolve(), { once: true })
    })
  } finally {
    clearInterval(timer)
  }
  return undefined
}
