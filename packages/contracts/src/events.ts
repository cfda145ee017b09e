/** How much an event matters to an operator. */
export type EventLevel = 'debug' | 'info' | 'warn' | 'error'

/**
 * Every event that Millrace emits: its level and what it says. The list is closed and append-only; the facts of each event
 * are names, numbers and codes.
 */
export const eventList = {
  'runtime.starting': { level: 'info', says: 'The runtime begins to start.' },
  'runtime.ready': { level: 'info', says: 'Everything is started; nothing has run yet.' },
  'runtime.running': { level: 'info', says: 'Work is taken.' },
  'runtime.draining': { level: 'info', says: 'Nothing new is accepted; what is in flight is finished.' },
  'runtime.stopping': { level: 'info', says: 'Everything is being closed, in reverse order.' },
  'runtime.stopped': { level: 'info', says: 'Everything is closed.' },
  'runtime.failed': { level: 'error', says: 'The runtime ended by a failure; `code` says which.' },
  'source.progress': { level: 'debug', says: 'How far a source has come: `done`, `total`, `unit`.' },
  'source.exhausted': { level: 'info', says: 'A source has nothing more to read; `roots` it gave.' },
  'run.resumed': { level: 'info', says: 'A run that was interrupted is gone on with.' },
  'run.nothing_kept': {
    level: 'warn',
    says: 'Nothing is kept of a run that could be gone on with: it begins anew.',
  },
  'run.was_complete': {
    level: 'warn',
    says: 'The run that was to be gone on with had come to its end: there is nothing to do.',
  },
  'root.failed': {
    level: 'warn',
    says: 'A root ended with a failure: `code`, `node` where one failed, and `reason` where what was thrown is known.',
  },
  'message.dropped': {
    level: 'warn',
    says: "A message was dropped because its handler threw and its node has onError: 'drop'; `reason` is what was thrown.",
  },
  'message.dead_lettered': {
    level: 'warn',
    says: 'A message was written to the dead letters because its handler threw `reason`; `letter` is its id there.',
  },
  'message.retried': {
    level: 'info',
    says: 'A dead letter was sent to its node again, and all that came of it is done; `letter` is its id.',
  },
  'reply.unclaimed': { level: 'debug', says: 'A reply had neither consumer nor waiter and was dropped.' },
  'reply.duplicate': {
    level: 'warn',
    says: 'A waiter that already had its reply was sent another, which was dropped.',
  },
  'reply.late': { level: 'warn', says: 'A reply came after its waiter was gone and was dropped.' },
  'request.timeout': { level: 'warn', says: 'A request reached its deadline.' },
  'request.missing': { level: 'warn', says: 'All work of a request ended and none of it replied.' },
  'request.cancelled': { level: 'info', says: 'A request was cancelled by its caller.' },
  'overload.refused': { level: 'warn', says: 'A root was refused because too many are in flight.' },
  'node.log': { level: 'info', says: 'A handler wrote a log line: `node`, `trace`, `level`, `message`.' },
  'service.close_failed': { level: 'warn', says: 'A service or a sink threw while it was closed, or took too long.' },
  'route_cache.invalidated': { level: 'debug', says: 'A new placement or consumer version emptied the route cache.' },
  'worker.starting': { level: 'info', says: 'A worker process was spawned.' },
  'worker.ready': { level: 'info', says: 'A worker is ready for work.' },
  'worker.running': { level: 'info', says: 'A worker takes work.' },
  'worker.draining': { level: 'info', says: 'A worker finishes what it holds.' },
  'worker.stopping': { level: 'info', says: 'A worker was told to stop.' },
  'worker.stopped': { level: 'info', says: 'A worker is gone; `mode` says how.' },
  'worker.failed': { level: 'error', says: 'A worker died or was given up: `code`, `reason`.' },
  'worker.restarting': { level: 'warn', says: 'A replacement is started after a delay.' },
  'worker.replacing': { level: 'info', says: 'A worker is replaced while it works: `reason`.' },
  'worker.replaced': {
    level: 'info',
    says: 'The slot of a worker has moved to a new process, and the old one is gone.',
  },
  'worker.over_memory': {
    level: 'warn',
    says: 'A worker has more memory than max_memory_mb: `rssMb`, `limitMb`; `action` is replace, or none for a `reason`.',
  },
  'link.opened': { level: 'debug', says: 'A link between two slots is open.' },
  'link.opening': { level: 'debug', says: 'A slot is being dialled: `peer`, `attempt`.' },
  'link.closed': { level: 'debug', says: 'A link between two slots ended.' },
  'ipc.accepted': { level: 'debug', says: 'A batch was accepted or sent: `direction`, `peer`, `records`.' },
  'security.refused': { level: 'warn', says: 'A frame or a peer was refused: `code`, `peer`.' },
  'redelivery.sent': {
    level: 'warn',
    says: 'Envelopes were sent again to a slot whose worker died or whose link was lost: `worker`, `count`.',
  },
  'web.listening': {
    level: 'info',
    says: 'The web server takes connections: `url`; `documentation` where it shows one.',
  },
  'backend.may_lose': {
    level: 'warn',
    says: 'A backend is not set to keep all that it confirms, so a failure of it can undo what has been done: `backend`, `reason`.',
  },
  'backend.lost': {
    level: 'warn',
    says: 'The connection to a backend such as Redis is lost, and is made again: `backend`, `reason`.',
  },
  'backend.back': { level: 'info', says: 'The connection to a backend is there again: `backend`.' },
  'exporter.dropped': { level: 'warn', says: 'An exporter dropped telemetry: `exporter`, `count`.' },
} as const

/** The name of an event of the closed list. */
export type EventName = keyof typeof eventList
