import { defineApp } from '@millrace/contracts'
import { format } from './egress/format.js'
import { write } from './egress/write.js'
import { baselineFeatures } from './features/features.js'
import { parse } from './ingress/parse.js'
import { read } from './ingress/read.js'
import { timeKeys } from './ingress/time-keys.js'
import { baselineDecide } from './policy/decide.js'
import { idempotency } from './policy/idempotency.js'

/** The application by the rules of the baseline. */
export const baseline = defineApp('fund-loads-baseline', [
  read,
  parse,
  timeKeys,
  baselineFeatures,
  idempotency,
  baselineDecide,
  format,
  write,
])
