import type { MillraceConfig } from './config.js'
import { type Finding, locate, type Mistake } from './finding.js'
import type { Path } from './path.js'
import { nearestTree, type Tree } from './tree.js'

/** Where a value of the configuration comes from; line and column begin at 1 and are unknown in modules. */
export interface Place {
  readonly file: string
  readonly line?: number
  readonly column?: number
}

/** A configuration that has passed every check, and where it comes from. */
export interface LoadedConfig {
  /** Normalised: every default is filled in, and nothing in it can be changed. */
  readonly config: MillraceConfig
  /** The folder that relative paths in the configuration start at, absolute. */
  readonly baseDir: string
  /** The files as they were named, in order; none for a configuration given in code. */
  readonly files: readonly string[]
  /** Where a value comes from: for a default, the mapping it was filled into. Undefined for what was given in code. */
  locate(path: Path): Place | undefined
  /** Gives a mistake that was found later, such as a group that selects an unknown node, its place in the files. */
  find(mistake: Mistake): Finding
}

/** Puts a checked configuration together with the tree it was read from. */
export function loadedConfig(
  config: MillraceConfig,
  tree: Tree,
  baseDir: string,
  files: readonly string[],
): LoadedConfig {
  return {
    config,
    baseDir,
    files,
    locate(path) {
      const { tree: nearest } = nearestTree(tree, path)
      return nearest.file === undefined ? undefined : { file: nearest.file, ...nearest.at }
    },
    find: (mistake) => locate(mistake, tree),
  }
}
