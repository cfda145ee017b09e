import { createRequire } from 'node:module'
import type { MillraceEvent, Redactor, TelemetryOwner } from '@millrace/contracts'
import { pino } from 'pino'
import type { prettyFactory } from 'pino-pretty'
import { instanceId, serviceName } from '../resource.js'
import { logRecord } from './log-record.js'

/** Makes one line of an event, without its end. */
export type LogLine = (event: MillraceEvent) => string

/** Log lines as JSON: `level`, `time`, `signal`, `service`, `instance`, `event`, `trace_id`, `facts`, `msg`. */
export function jsonLogLine(owner: TelemetryOwner, redactor: Redactor): LogLine {
  let time = ''
  let line = ''
  const logger = pino(
    {
      level: 'debug',
      base: { signal: 'log', service: serviceName(owner), instance: instanceId(owner) },
      timestamp: () => `,"time":"${time}"`,
      formatters: { level: (level) => ({ level }) },
    },
    {
      write(text: string) {
        line = text
      },
    },
  )
  return (event) => {
    const { message, traceId, facts } = logRecord(event)
    time = new Date(event.at).toISOString()
    logger[event.level]({ event: event.name, trace_id: traceId, facts }, message)
    return redactor.text(line.trimEnd())
  }
}

/**
 * Log lines for people, in colours on a terminal.
 *
 * @returns undefined where pino-pretty is not installed
 */
export function prettyLogLine(owner: TelemetryOwner, redactor: Redactor, colorize: boolean): LogLine | undefined {
  const pretty = loadPretty()
  if (pretty === undefined) return undefined
  const json = jsonLogLine(owner, redactor)
  const format = pretty({
    colorize,
    singleLine: true,
    ignore: 'signal,service,instance',
    translateTime: 'SYS:HH:MM:ss.l',
  })
  return (event) => String(format(visible(json(event)))).trimEnd()
}

/** Control characters as the escapes that JSON has for them: what a handler logs may come from anywhere, and must not steer a terminal. */
function visible(json: string): string {
  return json
    .replace(/\\(?:([bfnrtu])|.)/g, (whole, control) => (control === undefined ? whole : `\\${whole}`))
    .replace(/[\u007f-\u009f]/g, (control) => `\\\\u00${control.charCodeAt(0).toString(16)}`)
}

function loadPretty(): typeof prettyFactory | undefined {
  try {
    const loaded: { readonly prettyFactory: typeof prettyFactory } = createRequire(import.meta.url)('pino-pretty')
    return loaded.prettyFactory
  } catch {
    return undefined
  }
}
