import type { EventEmitter, Logger } from '@millrace/contracts'

/** Writes a handler's log lines as events. */
export function nodeLogger(events: EventEmitter, node: string, trace: () => string | undefined): Logger {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error'): Logger['info'] =>
    (message, facts = {}) => {
      const traceId = trace()
      events.emit('node.log', { ...facts, node, message, ...(traceId === undefined ? {} : { trace: traceId }) }, level)
    }
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
