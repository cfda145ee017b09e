/**
 * The reference job without a graph: the handlers of the application called one after the other, plain maps for their state.
 * Prints what a run of it took.
 */
import type { MessageOf, PayloadOf, StateOf } from '@millrace/kernel'
import { format } from '@millrace/reference/src/egress/format.ts'
import { baselineFeatures, experimentFeatures } from '@millrace/reference/src/features/features.ts'
import { readAttempt } from '@millrace/reference/src/ingress/read-attempt.ts'
import { timeKeys } from '@millrace/reference/src/ingress/time-keys.ts'
import {
  Attempt,
  CanonicalAttempt,
  type Decision,
  type FeaturedAttempt,
  type KeyedAttempt,
  Line,
  type OutputLine,
} from '@millrace/reference/src/messages.ts'
import { baselineDecide, experimentDecide, type PrimeDay } from '@millrace/reference/src/policy/decide.ts'
import { type FirstAttempt, idempotency } from '@millrace/reference/src/policy/idempotency.ts'
import type { CustomerDay, CustomerWeek } from '@millrace/reference/src/policy/load-windows.ts'
import { limits } from './limits.js'
import { taskOf } from './measure.js'
import type { ReferenceTask } from './reference-task.js'
import { type AnswerLine, runStraightLoop } from './straight-loop.js'

const task = taskOf<ReferenceTask>()
const features = { config: { hash_rounds: 0 } }
const firsts = { state: { firsts: new Map<string, StateOf<typeof FirstAttempt>>() } }
const windows = {
  config: limits,
  state: {
    days: new Map<string, StateOf<typeof CustomerDay>>(),
    weeks: new Map<string, StateOf<typeof CustomerWeek>>(),
    primes: new Map<string, StateOf<typeof PrimeDay>>(),
  },
}

// The definitions say that a handler may return anything a handler may; these return one message each.
type Handle<Payload, Result, Context> = (payload: Payload, context: Context) => Result
const keyed = timeKeys.handle as Handle<PayloadOf<typeof Attempt>, MessageOf<typeof KeyedAttempt>, undefined>
const featured = (task.scenario === 'baseline' ? baselineFeatures : experimentFeatures).handle as Handle<
  PayloadOf<typeof KeyedAttempt>,
  MessageOf<typeof FeaturedAttempt>,
  typeof features
>
const canonical = idempotency.handle as Handle<
  PayloadOf<typeof FeaturedAttempt>,
  MessageOf<typeof CanonicalAttempt> | MessageOf<typeof Decision>,
  typeof firsts
>
const decided = (task.scenario === 'baseline' ? baselineDecide : experimentDecide).handle as Handle<
  PayloadOf<typeof CanonicalAttempt>,
  MessageOf<typeof Decision>,
  typeof windows
>
const formatted = format.handle as Handle<PayloadOf<typeof Decision>, MessageOf<typeof OutputLine>, undefined>

const answer: AnswerLine = (line) => {
  const parsed = readAttempt(Line.of(line).payload)
  if (parsed === undefined) return undefined
  const decision = parsed.type === Attempt ? decide(parsed as MessageOf<typeof Attempt>) : parsed // its type says so
  return formatted((decision as MessageOf<typeof Decision>).payload, undefined).payload // an attempt has been decided
}

function decide(attempt: MessageOf<typeof Attempt>): MessageOf<typeof Decision> {
  const once = canonical(featured(keyed(attempt.payload, undefined).payload, features).payload, firsts)
  if (once.type !== CanonicalAttempt) return once as MessageOf<typeof Decision> // the only other type
  return decided((once as MessageOf<typeof CanonicalAttempt>).payload, windows) // its type says so
}

await runStraightLoop(task, answer)
