import { defineApp } from '@millrace/contracts'
import { experimentFeatures } from './features/features.js'
import { timeKeys } from './ingress/time-keys.js'
import { experimentDecide } from './policy/decide.js'
import { idempotency } from './policy/idempotency.js'
import { findWindows } from './serve/find-windows.js'
import { ledger } from './serve/ledger.js'
import { pages } from './serve/pages.js'
import { receive, receiveLine } from './serve/receive.js'
import { withWindows } from './serve/with-windows.js'

/** The application by the rules of the experiment, as a service. */
export const service = defineApp('fund-loads-service', [
  pages,
  receive,
  receiveLine,
  timeKeys,
  experimentFeatures,
  idempotency,
  findWindows,
  withWindows(experimentDecide),
  ledger,
])
