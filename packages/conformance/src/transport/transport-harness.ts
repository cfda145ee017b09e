import type { SlotId, Transport } from '@millrace/contracts'
import type { SuiteOptions } from '../test-runner.js'

/** The transports of one test, without any slot. */
export interface OpenTransports {
  /** Holds the slots that are listened on. */
  readonly listening: Transport
  /** Holds the slots that dial. It may be the same transport. */
  readonly dialling: Transport
  /** Loses the link of two slots as a killed peer or a cut cable does. It works for links that the suite has made. */
  loseLink(listening: SlotId, dialling: SlotId): void | Promise<void>
}

/** What the transport suite needs to know about an adapter. */
export interface TransportHarness extends SuiteOptions {
  /** Opens fresh transports; the suite closes them. */
  open(): OpenTransports | Promise<OpenTransports>
  /** The `max_payload_bytes` that the transports were made with. @default 1_048_576 */
  readonly maxPayloadBytes?: number
}
