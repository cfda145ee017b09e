import { defineApp } from '@millrace/contracts'
import { format } from './egress/format.js'
import { write } from './egress/write.js'
import { experimentFeatures } from './features/features.js'
import { parse } from './ingress/parse.js'
import { read } from './ingress/read.js'
import { timeKeys } from './ingress/time-keys.js'
import { experimentDecide } from './policy/decide.js'
import { idempotency } from './policy/idempotency.js'

/** The application by the rules of the experiment: other features, and a quota that all customers share. */
export const experiment = defineApp('fund-loads-experiment', [
  read,
  parse,
  timeKeys,
  experimentFeatures,
  idempotency,
  experimentDecide,
  format,
  write,
])
