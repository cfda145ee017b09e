import { checked } from './check.mjs'

/** The task of the thread. */
export function echo(payload) {
  return checked(payload)
}
