import { type Token, type Transport, token } from '@millrace/contracts'

/** The transport in use, for services and nodes that need to know it. */
export const transportToken: Token<Transport> = token<Transport>('millrace.transport')
