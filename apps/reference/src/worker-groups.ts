import { preflight } from '@millrace/kernel'

/** Process groups to lay over a configuration. */
export interface GroupsOverlay {
  readonly runtime: { readonly platform: { readonly process_groups: readonly object[] } }
}

/**
 * The process groups of a configuration with another number of workers in every group that it gives several; an overlay
 * replaces a list as a whole.
 *
 * @param config files by name, the base first
 * @throws MillraceError for whatever the preflight finds
 */
export async function groupsWithWorkers(config: readonly string[], workers: number): Promise<GroupsOverlay> {
  const { runtime } = (await preflight({ config })).config
  const groups = runtime.platform.process_groups.map(({ partitions: _, ...group }) => ({
    ...group,
    workers: group.workers > 1 ? workers : group.workers,
  }))
  return { runtime: { platform: { process_groups: groups } } }
}
