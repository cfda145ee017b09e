import type { EventEmitter, EventLevel, Facts, MillraceEvent, TelemetryOwner } from '@millrace/contracts'
import { TraceFlags } from '@opentelemetry/api'
import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer'
import type { Resource } from '@opentelemetry/resources'
import { createExporter, type ExporterParts, type Signal } from '../exporting/create-exporter.js'
import { sendOtlp } from '../exporting/send-otlp.js'
import { hrTime } from '../hr-time.js'
import { resourceOf, scope } from '../resource.js'
import { isLogged } from './is-logged.js'
import { jsonLogLine, type LogLine, prettyLogLine } from './log-line.js'
import { logRecord } from './log-record.js'

/** What writing logs is made of. */
export interface LogWriterParts extends ExporterParts {
  readonly owner: TelemetryOwner
  readonly events: EventEmitter
}

/** Writes events as log lines. */
export interface LogWriter {
  /** Writes what it has heard, and ends. */
  close(signal: AbortSignal): Promise<void>
}

/** Begins to write events to the exporters that the settings name; undefined where they name none. */
export function createLogWriter(parts: LogWriterParts): LogWriter | undefined {
  const { level, lifecycle, exporters: names } = parts.settings.logging
  if (names.length === 0) return undefined
  const signal = logSignal(parts)
  const exporters = [...new Set(names)].map((name) => createExporter(name, signal, parts))
  const unsubscribe = parts.events.subscribe((event) => {
    if (isLogged(event, lifecycle)) for (const { add } of exporters) add(event)
  }, level)
  return {
    async close(given) {
      unsubscribe()
      await Promise.all(exporters.map(({ close }) => close(given)))
    },
  }
}

/** How long a fact is, where it may be long. */
function charactersOf(fact: Facts[string]): number {
  if (typeof fact === 'string') return fact.length
  return Array.isArray(fact) ? fact.reduce((sum, one) => sum + String(one).length, 0) : 0
}

/** @see https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const severities: Readonly<Record<EventLevel, number>> = { debug: 5, info: 9, warn: 13, error: 17 }

type OtlpLogRecord = Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0][number]

function logSignal({ owner, events }: LogWriterParts): Signal<MillraceEvent> {
  const { redactor } = events
  const resource = resourceOf(owner)
  const json = jsonLogLine(owner, redactor)
  const forPeople = process.stdout.isTTY || process.env.NODE_ENV === 'development'
  const pretty = forPeople ? prettyLogLine(owner, redactor, process.stdout.isTTY) : undefined
  const lines: Readonly<Record<'jsonl' | 'stdout', LogLine>> = { jsonl: json, stdout: pretty ?? json }
  return {
    maxQueued: 8_192,
    // A handler logs what it likes, whole payloads perhaps: a receiver that hangs must not fill the supervising process with them.
    maxSize: 67_108_864,
    sizeOf: ({ facts }) => Object.values(facts).reduce<number>((sum, fact) => sum + charactersOf(fact), 0),
    // A line that is lost and tells of lost lines would be told of by the next one, for ever.
    isAboutDrops: ({ name }) => name === 'exporter.dropped',
    otlp(client, protocol) {
      const serializer = protocol === 'http/json' ? JsonLogsSerializer : ProtobufLogsSerializer
      return (heard, signal) =>
        sendOtlp(
          { client, path: 'v1/logs', serializer, refused: (answer) => answer.partialSuccess?.rejectedLogRecords },
          heard.map((event) => otlpLogRecord(event, resource, redactor.text)),
          signal,
        )
    },
    lines: (to) => lines[to],
  }
}

function otlpLogRecord(event: MillraceEvent, resource: Resource, clean: (text: string) => string): OtlpLogRecord {
  const { message, traceId, facts } = logRecord(event)
  const known = Object.entries(facts).flatMap(([name, fact]) =>
    fact === null ? [] : [[`millrace.${name}`, typeof fact === 'string' ? clean(fact) : fact]],
  )
  return {
    hrTime: hrTime(event.at),
    hrTimeObserved: hrTime(event.at),
    severityNumber: severities[event.level],
    severityText: event.level.toUpperCase(),
    eventName: event.name,
    body: clean(message),
    attributes: Object.fromEntries(known),
    // A log line knows its trace, and no span of it.
    ...(traceId === undefined ? {} : { spanContext: { traceId, spanId: '', traceFlags: TraceFlags.NONE } }),
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
  }
}
