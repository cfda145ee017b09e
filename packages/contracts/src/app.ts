import { checkDefinitions } from './check-definitions.js'
import { checkName, type Definition, definition, isDefinition } from './definition.js'
import type { NodeDefinition } from './node.js'
import type { ServiceDefinition } from './service.js'
import type { SinkDefinition } from './sink.js'
import type { SourceDefinition } from './source.js'

/** What the graph is made of: everything with a place in it, and the services these inject. */
export type Part = NodeDefinition | SourceDefinition | SinkDefinition | ServiceDefinition

/** Parts that belong together under one name. */
export interface ModuleDefinition extends Definition<'module'> {
  readonly parts: readonly Part[]
}

/** An application: its modules and parts, for discovery from one export. */
export interface AppDefinition extends Definition<'app'> {
  readonly parts: readonly Part[]
}

/** Groups parts under one name, so that one export brings them all. */
export function defineModule(name: string, parts: readonly (Part | ModuleDefinition)[]): ModuleDefinition {
  checkName('A module', name)
  return definition('module', { name, parts: allPartsOf(`Module '${name}' has`, parts) })
}

/** Names an application and what it is made of. */
export function defineApp(name: string, parts: readonly (Part | ModuleDefinition)[]): AppDefinition {
  checkName('An app', name)
  return definition('app', { name, parts: allPartsOf(`App '${name}' has`, parts) })
}

/**
 * The parts that a list brings, in order.
 *
 * @param what whose list it is, such as `Module 'shop' has`
 * @throws TypeError for what is no list, and for what brings no parts
 */
export function allPartsOf(what: string, list: readonly (Part | ModuleDefinition | AppDefinition)[]): readonly Part[] {
  checkDefinitions(what, 'part', list)
  return list.flatMap(partsOf)
}

/** The parts that a discovered value brings, in order; none for a value that is no definition or brings none by itself. */
export function partsOf(value: unknown): readonly Part[] {
  if (isDefinition(value, 'module', 'app')) return (value as ModuleDefinition | AppDefinition).parts // told by its kind
  if (isDefinition(value, 'node', 'source', 'sink', 'service')) return [value as Part] // told by its kind
  return []
}
