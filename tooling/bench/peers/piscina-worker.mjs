import { checked } from './check.mjs'

/** The task of the thread. */
export default (payload) => checked(payload)
