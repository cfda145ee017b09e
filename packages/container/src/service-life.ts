import { MillraceError, type ServiceDefinition } from '@millrace/contracts'
import type { ContainerSettings } from './container-options.js'
import { late, withinBudget } from './within-budget.js'

/**
 * Makes a service within the budget. A value that comes too late is closed when it comes.
 *
 * @throws MillraceError BOOT_START_FAILED when the factory throws, BOOT_NOT_READY when it takes too long; a MillraceError of
 * the factory itself is passed on
 */
export async function createService(
  service: ServiceDefinition,
  injected: Readonly<Record<string, unknown>>,
  settings: ContainerSettings,
): Promise<unknown> {
  const { name } = service.token
  const making = callFactory(service, injected)
  const value = await withinBudget(making, settings.createTimeoutMs)
  if (value !== late) return value
  making.then(
    (made) => closeOrReport(service, made, settings),
    () => undefined,
  )
  throw new MillraceError(
    'BOOT_NOT_READY',
    `service ${name} was not made within ${settings.createTimeoutMs} ms; see what its factory waits for, or raise createTimeoutMs`,
    { facts: { service: name, timeoutMs: settings.createTimeoutMs } },
  )
}

/** A service that could not be closed. */
export interface CloseFailure {
  readonly service: string
  readonly cause: 'threw' | 'timeout'
  readonly error: Error
}

/** Closes a service within the budget. A failure is a value: the others are closed all the same. */
export async function closeService(
  service: ServiceDefinition,
  value: unknown,
  { closeTimeoutMs }: ContainerSettings,
): Promise<CloseFailure | undefined> {
  const { name } = service.token
  const outcome = await withinBudget(callClose(service, value), closeTimeoutMs)
  if (outcome !== late) return outcome
  const error = new MillraceError(
    'BOOT_STOP_TIMEOUT',
    `service ${name} was not closed within ${closeTimeoutMs} ms; see what its close function waits for, or raise closeTimeoutMs`,
    { facts: { service: name, timeoutMs: closeTimeoutMs } },
  )
  return { service: name, cause: 'timeout', error }
}

/** Closes a service where another failure is the one that is thrown; a failure becomes an event. */
export async function closeOrReport(
  service: ServiceDefinition,
  value: unknown,
  settings: ContainerSettings,
): Promise<void> {
  const failure = await closeService(service, value, settings)
  if (failure !== undefined) reportCloseFailure(failure, settings)
}

/** Tells of a service that could not be closed, where another failure is the one that is thrown. */
export function reportCloseFailure({ service, cause }: CloseFailure, { events }: ContainerSettings): void {
  events.emit('service.close_failed', { service, cause })
}

async function callFactory(service: ServiceDefinition, injected: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { name } = service.token
  try {
    return await service.create(injected)
  } catch (thrown) {
    throw MillraceError.from(
      thrown,
      'BOOT_START_FAILED',
      `service ${name} could not be made: its factory threw, see the cause`,
      { service: name },
    )
  }
}

async function callClose(service: ServiceDefinition, value: unknown): Promise<CloseFailure | undefined> {
  const { name } = service.token
  try {
    await service.close(value)
    return undefined
  } catch (thrown) {
    const text = `service ${name} could not be closed: its close function threw, see the cause`
    return { service: name, cause: 'threw', error: new Error(text, { cause: thrown }) }
  }
}
