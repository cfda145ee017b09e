import { isUtf8 } from 'node:buffer'
import { defineNode } from '@millrace/contracts'
import { readAttempt } from '../ingress/read-attempt.js'
import { Attempt, Decision } from '../messages.js'
import { LoadLine, LoadRequest } from './messages.js'

const labels = { stage: 'ingress', tags: ['pure'], runner: 'cpu', emits: [Attempt, Decision] } as const

/** Longer lines are answered as too long, as in a batch. */
const maxLineBytes = 1_048_576

/** Takes single attempts. */
export const receive = defineNode({
  ...labels,
  name: 'receive',
  consumes: LoadRequest,
  handle: (request) => readAttempt({ text: JSON.stringify(request) }),
})

/** Takes lines of NDJSON. */
export const receiveLine = defineNode({
  ...labels,
  name: 'receive-line',
  consumes: LoadLine,
  handle: (bytes) => {
    const line = bytes.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes
    if (line.length > maxLineBytes) return readAttempt({ text: '', fault: 'LINE_TOO_LONG' })
    if (!isUtf8(line)) return readAttempt({ text: '', fault: 'UTF8_INVALID' })
    return readAttempt({ text: Buffer.from(line.buffer, line.byteOffset, line.length).toString('utf8') })
  },
})
