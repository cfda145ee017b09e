import { defineNode, MillraceError } from '@millrace/contracts'
import { instantOf } from '../ingress/instant.js'
import { windowKeys } from '../ingress/time-keys.js'
import { WindowsAt, WindowsQuery } from './messages.js'

/** Finds the windows that are asked for. It alone looks at the clock, and once: the day may change before they are read. */
export const findWindows = defineNode({
  name: 'find-windows',
  stage: 'ingress',
  consumes: WindowsQuery,
  emits: [WindowsAt],
  handle: ({ customer_id, time }) => {
    const instant = time === undefined ? Date.now() : instantOf(time)
    if (instant === undefined)
      throw new MillraceError('PAYLOAD_INVALID', 'time must be RFC 3339 with a zone, such as 2000-01-01T00:00:00Z')
    return WindowsAt.of({ customer_id, ...windowKeys(customer_id, instant) })
  },
})
