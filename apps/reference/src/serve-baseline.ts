import { defineApp } from '@millrace/contracts'
import { baselineFeatures } from './features/features.js'
import { timeKeys } from './ingress/time-keys.js'
import { baselineDecide } from './policy/decide.js'
import { idempotency } from './policy/idempotency.js'
import { findWindows } from './serve/find-windows.js'
import { ledger } from './serve/ledger.js'
import { pages } from './serve/pages.js'
import { receive, receiveLine } from './serve/receive.js'
import { withWindows } from './serve/with-windows.js'

/** The application by the rules of the baseline, as a service. */
export const service = defineApp('fund-loads-service', [
  pages,
  receive,
  receiveLine,
  timeKeys,
  baselineFeatures,
  idempotency,
  findWindows,
  withWindows(baselineDecide),
  ledger,
])
