import type { EventName, MillraceEvent } from '@millrace/contracts'

const phases: ReadonlySet<EventName> = new Set<EventName>([
  'runtime.starting',
  'runtime.ready',
  'runtime.running',
  'runtime.draining',
  'runtime.stopping',
  'runtime.stopped',
  'worker.starting',
  'worker.ready',
  'worker.running',
  'worker.draining',
  'worker.stopping',
  'worker.stopped',
])

/** Tells what is logged, of all that is important enough: changes of phase only where they are asked for, or are a warning. */
export function isLogged({ name, level }: MillraceEvent, lifecycle: boolean): boolean {
  return lifecycle || level === 'warn' || level === 'error' || !phases.has(name)
}
