/** What decides which of a package's export conditions hold in a process. */
export interface ProcessFlags {
  /** As in `process.execArgv`. */
  readonly execArgv: readonly string[]
  /** As in the environment variable NODE_OPTIONS. */
  readonly nodeOptions: string
  /** Whether `require` can load ES modules, which `module-sync` stands for. */
  readonly requiresModules: boolean
}

/**
 * The conditions under which this kind of process imports: Node's own, and those that `--conditions` or `-C` adds.
 *
 * See https://nodejs.org/api/packages.html#conditional-exports
 */
export function importConditions({ execArgv, nodeOptions, requiresModules }: ProcessFlags): ReadonlySet<string> {
  const flags = [...nodeOptions.split(/\s+/u), ...execArgv]
  const added = flags.flatMap((flag, index) => {
    if (flag === '-C' || flag === '--conditions') return flags[index + 1] ?? []
    return flag.startsWith('--conditions=') ? flag.slice('--conditions='.length) : []
  })
  return new Set(['node', 'import', 'node-addons', ...(requiresModules ? ['module-sync'] : []), ...added])
}

/** The flags of the process that runs. */
export function ownFlags(): ProcessFlags {
  return {
    execArgv: process.execArgv,
    nodeOptions: process.env.NODE_OPTIONS ?? '',
    requiresModules: 'require_module' in process.features && process.features.require_module === true,
  }
}
