import { eventList, type Facts, type MillraceEvent } from '@millrace/contracts'

/** What one log line says. */
export interface LogRecord {
  readonly message: string
  /** 32 hex digits; undefined for what belongs to no trace. */
  readonly traceId: string | undefined
  readonly facts: Facts
}

/** Reads an event as a log line: the line of a handler says what the handler said. */
export function logRecord({ name, facts }: MillraceEvent): LogRecord {
  const { trace, message, level: _level, ...rest } = facts
  const traceId = typeof trace === 'string' ? trace : undefined
  if (name === 'node.log' && typeof message === 'string') return { message, traceId, facts: rest }
  return { message: eventList[name].says, traceId, facts: without(facts, 'trace') }
}

function without(facts: Facts, left: string): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([key]) => key !== left))
}
