import type { Supervisor } from '@millrace/contracts'
import { ProcessSupervisor } from './process-supervisor.js'
import { type SupervisorOptions, type SupervisorParts, supervisorSettings } from './supervisor-options.js'

/**
 * Makes a supervisor that keeps one worker process in each slot, once it is started.
 *
 * @throws RangeError when a slot is named twice or the strategy is unknown
 */
export function createSupervisor(parts: SupervisorParts, options: SupervisorOptions): Supervisor {
  return new ProcessSupervisor(parts, supervisorSettings(options))
}
