import type { ServiceDefinition } from '@millrace/contracts'
import type { Container } from './container.js'
import { type ContainerOptions, containerSettings } from './container-options.js'
import { Level } from './level.js'
import { serviceTable } from './service-table.js'

/**
 * Makes a container. Nothing is checked and nothing is made yet.
 *
 * @param services in any order; the same definition given twice counts once
 * @throws RangeError when an option makes no sense
 */
export function createContainer(services: readonly ServiceDefinition[], options: ContainerOptions = {}): Container {
  return new Level(serviceTable(services), containerSettings(options))
}
