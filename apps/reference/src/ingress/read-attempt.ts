import type { MessageOf, PayloadOf } from '@millrace/contracts'
import { Attempt, Decision, type Line } from '../messages.js'
import type { Reason } from '../reasons.js'
import { centsOf } from './amount.js'
import { identifierOf } from './identifier.js'
import { instantOf } from './instant.js'

/** What a line says: an attempt, a decision where it is none, and nothing where it is blank. */
export function readAttempt(
  line: PayloadOf<typeof Line>,
): MessageOf<typeof Attempt> | MessageOf<typeof Decision> | undefined {
  if (line.fault !== undefined) return refusal('', '', line.fault)
  return isBlank(line.text) ? undefined : attemptOf(line.text)
}

function attemptOf(text: string): MessageOf<typeof Attempt> | MessageOf<typeof Decision> {
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

function refusal(id: string, customerId: string, reason: Reason): MessageOf<typeof Decision> {
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
