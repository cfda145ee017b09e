/**
 * The floors of the house. A package depends only on lower floors, never on its own. Floor 2 holds the adapters:
 * because they share a floor, none can depend on another.
 */
const floors: readonly (readonly string[])[] = [
  ['@millrace/contracts'],
  [
    '@millrace/container',
    '@millrace/config-validator',
    '@millrace/routing',
    '@millrace/placement',
    '@millrace/reply-waiter',
    '@millrace/wire',
    '@millrace/conformance',
  ],
  [
    '@millrace/transport-memory',
    '@millrace/transport-tcp-secure',
    '@millrace/transport-zeromq',
    '@millrace/transport-redis',
    '@millrace/supervisor',
    '@millrace/observability',
    '@millrace/web-fastify',
    '@millrace/console',
  ],
  ['@millrace/kernel'],
  ['@millrace/cli', '@millrace/create'],
  ['@millrace/reference'],
]

/** The suites that adapters must pass. They are for tests: anybody may have them as a devDependency, nobody otherwise. */
export const conformancePackage = '@millrace/conformance'

/** The one adapter that the kernel brings along; the other adapters are optional peers of it. */
export const builtInAdapter = '@millrace/transport-memory'

/** The floor of the adapters. */
export const adapterFloor = 2

/** The floor a package stands on, or undefined for a package that the table does not know. */
export function floorOf(name: string): number | undefined {
  const floor = floors.findIndex((names) => names.includes(name))
  return floor === -1 ? undefined : floor
}
