/** What a worker tells of a message that a sink would have written, where sinks are recorded; plain JSON. */
export interface SinkNote {
  readonly sink: string
  readonly type: string
  /** W3C trace id of its root. */
  readonly traceId: string
  /** Whether the payload is bytes, in base64. */
  readonly bytes: boolean
  readonly payload: unknown
}

/** Notes a message as JSON carries it. */
export function sinkNote(
  sink: string,
  { type, traceId }: Pick<SinkNote, 'type' | 'traceId'>,
  payload: unknown,
): SinkNote {
  const bytes = payload instanceof Uint8Array
  return { sink, type, traceId, bytes, payload: bytes ? Buffer.from(payload).toString('base64') : payload }
}

/** The payload as the sink would have got it. */
export function notedPayload({ bytes, payload }: SinkNote): unknown {
  return bytes ? new Uint8Array(Buffer.from(String(payload), 'base64')) : payload
}
