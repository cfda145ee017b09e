/** Why what a handler has returned is not sent. */
import { MillraceError } from '@millrace/contracts'
import type { Route } from './route.js'

/** @param type name of the message's type */
export function undeclared(node: string, type: string): MillraceError {
  return new MillraceError(
    'NODE_EMITS_UNDECLARED',
    `node '${node}' returned a message of type '${type}', which it does not declare; add the type to its emits`,
    { facts: { node, type } },
  )
}

export function notAMessage(node: string): MillraceError {
  return new MillraceError(
    'NODE_EMITS_UNDECLARED',
    `node '${node}' returned something that is no message; return Type.of(payload), several of them, or nothing`,
    { facts: { node } },
  )
}

/** A reply that its serialiser refuses. */
export function notLeaving({ messageType: { name } }: Route, thrown: unknown): MillraceError {
  return MillraceError.from(thrown, 'PAYLOAD_INVALID', `a reply of type '${name}' could not leave`, { type: name })
}
