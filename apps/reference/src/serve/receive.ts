import { isUtf8 } from 'node:buffer'
import { defineNode } from '@millrace/contracts'
import { readAttempt } from '../ingress/read-attempt.js'
import { Attempt, Decision } from '../messages.js'
import { LoadLine, LoadRequest } from './messages.js'

const labels = { stage: 'ingress', tags: ['pure'], runner: 'cpu', emits: [Attempt, Decision] } as const

/** Longer lines have been cut, and are answered as too long: `request_size_bytes` of the interface. */
const maxLineBytes = 1_048_575

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
    if (bytes.length > maxLineBytes) return readAttempt({ text: '', fault: 'LINE_TOO_LONG' })
    const line = bytes.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes
    if (!isUtf8(line)) return readAttempt({ text: '', fault: 'UTF8_INVALID' })
    return readAttempt({ text: Buffer.from(line.buffer, line.byteOffset, line.length).toString('utf8') })
  },
})
