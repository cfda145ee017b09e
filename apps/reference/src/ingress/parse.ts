import { defineNode, type MessageOf } from '@millrace/contracts'
import { Attempt, Decision, Line } from '../messages.js'
import type { Reason } from '../reasons.js'
import { centsOf } from './amount.js'
import { identifierOf } from './identifier.js'
import { instantOf } from './instant.js'

/** Reads a line: an attempt, or a decision where it is none. Blank lines are skipped. */
export const parse = defineNode({
  name: 'parse',
  stage: 'ingress',
  tags: ['pure'],
  runner: 'cpu',
  consumes: Line,
  emits: [Attempt, Decision],
  handle: (line) => {
    if (line.fault !== undefined) return refusal('', '', line.fault)
    return isBlank(line.text) ? undefined : attemptOf(line.text)
  },
})

type Answer = MessageOf<typeof Attempt> | MessageOf<typeof Decision>

function attemptOf(text: string): Answer {
  const value = jsonOf(text)
  if (value === undefined) return refusal('', '', 'MALFORMED_JSON')
  if (!isRecord(value)) return refusal('', '', 'NOT_AN_OBJECT')
  const id = identifierOf(value.id)
  const customerId = identifierOf(value.customer_id)
  if (id === '') return refusal(id, customerId, 'ID_INVALID')
  if (customerId === '') return refusal(id, customerId, 'CUSTOMER_ID_INVALID')
  const cents = centsOf(value.load_amount)
  if (cents === undefined) return refusal(id, customerId, 'AMOUNT_INVALID')
  const instant = instantOf(value.time)
  if (instant === undefined) return refusal(id, customerId, 'TIME_INVALID')
  return Attempt.of({ id, customer_id: customerId, amount_cents: cents, instant_ms: instant })
}

function refusal(id: string, customerId: string, reason: Reason): Answer {
  return Decision.of({ id, customer_id: customerId, accepted: false, reason })
}

/** The parsed text; undefined, which JSON cannot say, where it is not JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Only spaces, tabs and carriage returns: JSON's white space within a line. */
function isBlank(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code !== 0x20 && code !== 0x09 && code !== 0x0d) return false
  }
  return true
}
