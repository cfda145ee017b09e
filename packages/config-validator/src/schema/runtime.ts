import type { TSchema } from 'typebox'
import { executionIpc } from './execution-ipc.js'
import { count, flag, oneOf, optional, seconds, settings, texts } from './fields.js'
import { observability } from './observability.js'
import { processGroups } from './process-groups.js'
import { redis } from './redis.js'
import { web } from './web.js'

const platform = settings('Platform', 'Processes, what connects them, and where state lives.', {
  bootstrap: settings('Bootstrap', 'How the application is started.', {
    mode: oneOf(
      ['inline', 'process_supervisor'],
      'inline runs everything in this process; process_supervisor starts the process groups as worker processes.',
      { default: 'inline' },
    ),
  }),
  lifecycle: settings('Lifecycle', 'How the application ends.', {
    graceful_timeout_seconds: seconds('How long work in flight may take to finish when the application stops.', 10),
  }),
  restart_strategy: oneOf(
    ['one_for_one', 'rest_for_one', 'one_for_all'],
    'Who is restarted with a worker that died: nobody else, the groups started after its own, or all.',
    { default: 'one_for_one' },
  ),
  execution_ipc: optional(executionIpc),
  process_groups: processGroups,
  routing_cache: settings('Routing cache', 'What is remembered about where messages go.', {
    enabled: flag('False to work every route out anew.', true),
    negative_cache: flag('True to remember also that there is no route.', true),
    max_entries: count('How many routes are remembered.', { default: 100_000 }),
  }),
  kv: settings('KV', 'Where the state of nodes lives.', {
    backend: oneOf(['memory', 'redis'], 'The state store.', { default: 'memory' }),
  }),
  redis,
})

/** Schema of `runtime`. */
export const runtime: TSchema = settings('Runtime', 'How the graph runs.', {
  discovery_modules: texts(
    'Files, folders and packages whose exported definitions make the graph; relative to the first configuration file.',
  ),
  ordering: settings('Ordering', 'In which order sinks see messages.', {
    sink_mode: oneOf(
      ['source_seq', 'completion'],
      'source_seq keeps the order of the source; completion takes messages as they come.',
      { default: 'source_seq' },
    ),
  }),
  max_in_flight: count('How many roots each origin may have unfinished.', { default: 1024 }),
  max_in_flight_bytes: count('How many bytes of roots each origin may have unfinished.', { default: 67_108_864 }),
  platform,
  web,
  observability,
})
