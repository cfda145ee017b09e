import { defineNode } from '@millrace/contracts'
import { Attempt, Decision, Line } from '../messages.js'
import { readAttempt } from './read-attempt.js'

/** Reads a line: an attempt, or a decision where it is none. Blank lines are skipped. */
export const parse = defineNode({
  name: 'parse',
  stage: 'ingress',
  tags: ['pure'],
  runner: 'cpu',
  consumes: Line,
  emits: [Attempt, Decision],
  handle: readAttempt,
})
