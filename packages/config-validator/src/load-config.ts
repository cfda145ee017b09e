import { dirname, resolve } from 'node:path'
import type { MillraceConfig } from './config.js'
import { accepted, examine, oncePerPlace } from './examine.js'
import { configurationError, type Finding, locate, type Mistake } from './finding.js'
import { type LoadedConfig, loadedConfig } from './loaded-config.js'
import type { Environment } from './machine.js'
import { machineMistakes } from './machine-rules.js'
import { plainTree } from './plain-tree.js'
import { readConfigFile } from './read-file.js'
import type { ImportModule } from './read-module.js'
import { mergeTrees, plainValue, type Tree } from './tree.js'

/** How configuration files are loaded. */
export interface LoadOptions {
  /** The folder that file names start at. @default the current folder */
  readonly cwd?: string
  /** The environment variables. @default process.env */
  readonly env?: Environment
  /**
   * False to leave out what only the machine that runs it can tell: secret files, certificates and environment variables.
   *
   * @default true
   */
  readonly checkMachine?: boolean
  /** Laid over the files, as one more file would be: plain data. @default nothing */
  readonly overlay?: unknown
  /** Imports modules. @default import() of this process */
  readonly importModule?: ImportModule
}

/** How a configuration that is given in code is taken. */
export type ValueOptions = Pick<LoadOptions, 'cwd' | 'overlay'>

/**
 * Loads a configuration: reads the files, lays each over those before it (mappings merge deep, lists and scalars replace),
 * fills in the defaults and checks everything.
 *
 * @param files YAML, JSON or module files by name, the base first
 * @throws MillraceError CONFIG_INVALID with every finding of every file and rule, each with its place;
 *   CONFIG_UNREADABLE when a file cannot be read
 */
export async function loadConfig(files: readonly string[], options: LoadOptions = {}): Promise<LoadedConfig> {
  const [first] = files
  if (first === undefined) throw new RangeError('loadConfig needs the name of at least one file')
  const cwd = options.cwd ?? process.cwd()
  const baseDir = dirname(resolve(cwd, first))
  const importModule: ImportModule = options.importModule ?? ((url) => import(url))
  const readings = await Promise.all(files.map((file) => readConfigFile(file, cwd, importModule)))
  const findings = readings.flatMap((reading) => reading.findings)
  const trees = readings.flatMap(({ tree }) => (tree === undefined ? [] : [tree]))
  const overlay = overlayTree(options)
  const tree = trees.length < readings.length ? undefined : [...trees, ...overlay.trees].reduce(mergeTrees)
  if (tree === undefined) throw configurationError(findings, files)
  const { draft, mistakes } = examine(plainValue(tree))
  const machine =
    options.checkMachine === false ? [] : await machineMistakes(draft, { baseDir, env: options.env ?? process.env })
  const whole = [...readings.flatMap((reading) => reading.mistakes ?? []), ...overlay.mistakes]
  const overlaid = overlay.mistakes.map((mistake) => locate(mistake, tree))
  refuse([...findings, ...overlaid, ...located([...mistakes, ...machine], whole, tree)], files)
  return loadedConfig(accepted(draft), tree, baseDir, files)
}

/**
 * Takes a configuration that is given in code, and checks everything but what only the machine can tell; for that there
 * is `checkMachine`.
 *
 * @param value plain data, as a file would hold it; it is not changed
 * @throws MillraceError CONFIG_INVALID with every finding
 */
export function loadValue(value: unknown, options: ValueOptions = {}): LoadedConfig {
  const base = plainTree(value, undefined)
  const overlay = overlayTree(options)
  const tree = [base.tree, ...overlay.trees].reduce(mergeTrees)
  const whole = [...base.mistakes, ...overlay.mistakes]
  const { draft, mistakes } = examine(plainValue(tree))
  refuse([...whole.map((mistake) => locate(mistake, tree)), ...located(mistakes, whole, tree)], [])
  return loadedConfig(accepted(draft), tree, resolve(options.cwd ?? process.cwd()), [])
}

/**
 * Checks a configuration that is given in code and fills in its defaults.
 *
 * @param value plain data, as a file would hold it; it is not changed
 * @throws MillraceError CONFIG_INVALID with every finding
 */
export function validateConfig(value: unknown): MillraceConfig {
  return loadValue(value).config
}

/**
 * Finds what only the machine that runs it can tell of a loaded configuration: secret files, certificates and environment
 * variables. `loadConfig` has done it already, unless it was told not to.
 *
 * @param env the environment variables
 */
export async function checkMachine(loaded: LoadedConfig, env: Environment = process.env): Promise<readonly Finding[]> {
  const mistakes = await machineMistakes(loaded.config, { baseDir: loaded.baseDir, env })
  return mistakes.map((mistake) => loaded.find(mistake))
}

/** The overlay that was given in code, if there is one. */
function overlayTree({ overlay }: Pick<LoadOptions, 'overlay'>): {
  readonly trees: readonly Tree[]
  readonly mistakes: readonly Mistake[]
} {
  if (overlay === undefined) return { trees: [], mistakes: [] }
  const { tree, mistakes } = plainTree(overlay, undefined)
  return { trees: [tree], mistakes }
}

function located(mistakes: readonly Mistake[], whole: readonly Mistake[], tree: Tree): readonly Finding[] {
  return oncePerPlace(mistakes, whole).map((mistake) => locate(mistake, tree))
}

function refuse(findings: readonly Finding[], files: readonly string[]): void {
  if (findings.length > 0) throw configurationError(findings, files)
}
