import { Type } from '@millrace/contracts'
import type { TSchema } from 'typebox'
import {
  count,
  milliseconds,
  oneOf,
  optional,
  seconds,
  section,
  settings,
  someOf,
  tally,
  text,
  texts,
} from './fields.js'

const restart = settings('Restart', 'What happens when a worker of the group dies.', {
  policy: oneOf(['never', 'on_failure', 'always'], 'When a worker is replaced.', { default: 'on_failure' }),
  max_restarts: tally('How many restarts are allowed within period_seconds; one more stops the runtime.', {
    default: 5,
  }),
  period_seconds: seconds('The period in which restarts are counted, in seconds.', 60),
  backoff_ms: milliseconds('The wait before the first restart, in milliseconds; it doubles each time.', 100),
  backoff_max_ms: milliseconds('The longest wait before a restart, in milliseconds.', 5000),
})

const group = section('Process group', 'A set of nodes that run together, and the workers that run them.', {
  name: Type.String({
    pattern: '^[A-Za-z][A-Za-z0-9]*(?:[._:-][A-Za-z0-9]+)*$',
    maxLength: 128,
    patternErrorMessage: 'must be a name of letters, digits and single dots or dashes, such as pricing',
    description: 'The name of the group; its workers are called name#1, name#2 and so on.',
  }),
  nodes: texts('Nodes by name.'),
  stages: texts('Nodes by their stage.'),
  tags: texts('Nodes that carry one of these tags.'),
  runners: someOf(['cpu', 'io'], 'Nodes by where they run best.'),
  workers: count('How many worker processes the group has.', { maximum: 10_000, default: 1 }),
  partition_by: optional(text('The payload field whose equal values always go to the same worker.')),
  partitions: optional(count('How many partitions the values of partition_by are spread over.'), 'workers'),
  redeliver: tally('How often a message is sent again when the worker that held it dies.', { default: 0 }),
  start_timeout_seconds: seconds('How long a worker may take to become ready, in seconds.', 30),
  stop_timeout_seconds: seconds('How long a worker may take to stop, in seconds.', 30),
  heartbeat_seconds: seconds('How often a worker shows that it is alive, in seconds.', 5),
  stall_timeout_seconds: seconds('How long a worker may be silent or its event loop blocked, in seconds.', 30),
  max_memory_mb: optional(
    count('How much resident memory a worker may have, in MiB; one that has more is replaced while it works.'),
  ),
  restart,
})

/** Schema of `runtime.platform.process_groups`. */
export const processGroups: TSchema = Type.Array(group, {
  description: 'Which nodes run together in worker processes; started in this order, stopped in the reverse.',
  default: [],
})
