/**
 * Every way in which Millrace can fail, by code: what it means and what to do about it.
 *
 * The table is closed and append-only: programs may switch on a code for ever. Each sentence is safe to show to a user.
 */
export const errorCodes = {
  CONFIG_INVALID: 'The configuration breaks its schema or a rule between keys; every finding names file, line and key.',
  CONFIG_UNREADABLE: 'A configuration file, or a module it names, cannot be read or parsed.',
  PACKAGE_MISSING:
    'The configuration asks for a part whose package is not installed; the message holds the install command.',
  DI_MISSING: 'A token is injected that no service provides.',
  DI_DUPLICATE: 'Two services provide the same token.',
  DI_CYCLE: 'Services need each other in a circle; the message draws it.',
  DI_CLOSED: 'A container or a store was used after it had been closed.',
  GRAPH_DUPLICATE_NODE: 'Two nodes carry the same name.',
  GRAPH_NO_PROVIDER: 'A node consumes a type that nothing active emits.',
  GRAPH_NO_CONSUMER: 'A node emits a type that is no reply and that nothing consumes.',
  GRAPH_CYCLE: 'Messages could run in a circle; the message draws it.',
  NODE_FAILED: 'A handler threw; facts name the node.',
  NODE_EMITS_UNDECLARED: 'A handler returned a message of a type that its node does not declare.',
  PAYLOAD_INVALID: 'A payload does not match the schema of its message type.',
  PAYLOAD_TOO_LARGE: 'An envelope is larger than max_payload_bytes.',
  ROUTE_UNKNOWN_TARGET: 'A message names a target that is no node of the graph.',
  ROUTE_TARGET_REFUSES_TYPE: 'A message names a target that does not consume its type.',
  ROUTE_NO_CONSUMER: 'Nothing consumes a message of this type.',
  ROUTE_SELF_LOOP: 'The only consumer of a message is the node that emitted it.',
  PLACEMENT_UNKNOWN_GROUP: 'A process group is named that the configuration does not define.',
  PLACEMENT_UNKNOWN_NODE: 'A selector names a node that the graph does not have.',
  PLACEMENT_UNPLACED: 'No process group selects a node.',
  PLACEMENT_CONFLICT: 'Two process groups claim a node with selectors of the same rank.',
  PLACEMENT_SHARED_STATE: 'An ordered node, a sink or global state would be split over several workers.',
  STATE_WOULD_BE_LOST:
    'A group that holds memory state may not be restarted or redelivered to: it would decide on empty state.',
  SEC_BIND_REFUSED: 'A listener was asked for on an address that is not loopback, or on an impossible port.',
  SEC_SECRET_INVALID: 'A static secret is missing, too short, or readable by others.',
  SEC_FRAME_TOO_LARGE: 'A frame declares more bytes than max_payload_bytes allows.',
  SEC_FRAME_MALFORMED: 'A frame cannot be decoded.',
  SEC_SIGNATURE_INVALID: 'A frame is not signed with the key of its session.',
  SEC_EXPIRED: 'A frame is older, or newer, than ttl_seconds allows.',
  SEC_REPLAY: 'A frame was seen before.',
  SEC_KIND_REFUSED: 'An authentic frame is of a kind that is not known.',
  SEC_HANDSHAKE_FAILED: 'Two workers could not agree on a session.',
  BOOT_CHANNEL_USED: 'The bootstrap channel of a worker was used twice.',
  BOOT_BUNDLE_INVALID: 'A worker received a bootstrap bundle that it cannot use.',
  BOOT_START_FAILED: 'The runtime could not start; nothing has run.',
  BOOT_NOT_READY:
    'A worker was not ready in time, or a runtime was used before it was started; facts say what is missing.',
  BOOT_STOP_TIMEOUT: 'Something did not stop within its budget and was stopped by force.',
  BOOT_PLAN_MISMATCH: 'Two workers hold different plans.',
  WORKER_CRASHED: 'A worker died; facts name group, worker and exit code or signal.',
  WORKER_STALLED: 'A worker was silent, or its event loop was blocked, for too long.',
  WORKER_RESTARTS_EXHAUSTED: 'A worker failed more often than its restart policy allows.',
  HANDOFF_TIMEOUT: 'No ready worker could take an envelope before its deadline.',
  HANDOFF_TRANSPORT: 'The link to a worker was lost, or could not be opened.',
  REPLY_TIMEOUT: 'No reply came before the deadline of a request.',
  REPLY_CANCELLED: 'A request was cancelled by its caller.',
  REPLY_MISSING: 'All work of a request has ended and none of it replied.',
  OVERLOADED: 'As many roots as max_in_flight or max_in_flight_bytes allow are already in flight.',
  SHUTTING_DOWN: 'The runtime drains and accepts nothing new.',
  BACKEND_UNAVAILABLE: 'A backend such as Redis cannot be reached.',
  FENCED: 'A worker lost its lease and may commit nothing more.',
  RESUME_MISMATCH: 'A resumed run would write something else than the interrupted run has written.',
  CONTROL_UNAVAILABLE:
    'A running application cannot be reached: none runs, several fit, or its control socket cannot be opened safely.',
  SOURCE_FAILED: 'A source could not be read on; facts name it.',
  SINK_FAILED: 'A sink could not write a message, or not complete what it had written; facts name it.',
  WEB_UNAUTHENTICATED: 'A request does not say who it is from, or cannot prove it.',
  WEB_FORBIDDEN: 'A page of this origin may not ask here.',
  WEB_NOT_FOUND: 'Nothing answers under this path.',
  WEB_METHOD_NOT_ALLOWED: 'Something answers under this path, but not this method.',
  WEB_NOT_ACCEPTABLE: 'None of the media types that a client accepts can be made.',
  WEB_REQUEST_IN_FLIGHT: 'A request with the same X-Request-Id is not answered yet.',
  WEB_MEDIA_TYPE_UNSUPPORTED: 'The body of a request is of a media type that is not read here.',
  WEB_BODY_TIMEOUT: 'The body of a request did not come in time.',
  WEB_HEADERS_TOO_LARGE: 'The headers of a request are larger than the server takes.',
  WEB_RATE_LIMITED: 'A client sends more requests than its interface allows.',
  RETRY_REFUSED: 'A dead letter is being sent again already, or was.',
} as const

/** A code of the closed table of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes

/** Tells whether a text from outside is one of the known codes. */
export function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === 'string' && Object.hasOwn(errorCodes, text)
}
