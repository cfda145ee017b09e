/** A node in this worker takes the message. */
export interface LocalDelivery {
  readonly kind: 'local'
  /** Index of the consuming node. */
  readonly node: number
  /** Index of the edge; -1 where the message comes from outside the graph. */
  readonly edge: number
}

/** A node of another group takes the message: it crosses a hop. */
export interface BoundaryDelivery {
  readonly kind: 'boundary'
  readonly node: number
  readonly edge: number
  /** Index of the hop in the plan; -1 where the message comes from outside the graph. */
  readonly hop: number
  /** Index of the consuming group. */
  readonly group: number
}

/** The message may complete the waiter of its root. */
export interface TerminalDelivery {
  readonly kind: 'terminal'
  /** Index of the message type. */
  readonly type: number
}

/** Where one message goes, told outright. */
export type Delivery = LocalDelivery | BoundaryDelivery | TerminalDelivery
