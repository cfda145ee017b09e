import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type LoadedConfig, loadConfig } from '@millrace/config-validator'
import { MillraceError } from '@millrace/contracts'
import { fileLetters, isLetterId, type LetterStore, openLetters } from '@millrace/kernel/dead-letters'
import type { Invocation, OptionSpec } from '../command-line/command.js'
import { UsageError } from '../command-line/usage-error.js'
import { prepareTypeScript } from '../typescript/prepare-typescript.js'
import { whileLoading } from '../while-loading.js'

/** Names the file itself, in the place of the configuration that names it. */
export const fileOption: OptionSpec = {
  value: 'FILE',
  says: 'the file of dead letters itself, instead of the configuration that names it',
}

/** What stands beside the options: ids are 16 hex digits, which no configuration file is called. */
export interface LetterOperands {
  readonly ids: readonly string[]
  /** Configuration files by name, the base first. */
  readonly files: readonly string[]
}

/** Tells ids from configuration files. */
export function letterOperands(operands: readonly string[]): LetterOperands {
  return { ids: [...new Set(operands.filter(isLetterId))], files: operands.filter((operand) => !isLetterId(operand)) }
}

/** The dead letters that a command is about. */
export interface LetterPlace {
  readonly store: LetterStore
  /** Name of the application, where its configuration is known. */
  readonly scenario: string | undefined
}

/**
 * Finds the dead letters, in a file by name or as the configuration has it, and closes them when what is done with them is over.
 *
 * @throws UsageError, MillraceError CONFIG_INVALID, CONFIG_UNREADABLE, PACKAGE_MISSING, BACKEND_UNAVAILABLE, what is thrown there
 */
export async function withLetters<Result>(
  files: readonly string[],
  invocation: Invocation,
  command: string,
  use: (place: LetterPlace) => Promise<Result>,
): Promise<Result> {
  const place = await letterPlace(files, invocation, command)
  try {
    return await use(place)
  } finally {
    await place.store.close()
  }
}

async function letterPlace(
  files: readonly string[],
  { values: { file }, abilities, io }: Invocation,
  command: string,
): Promise<LetterPlace> {
  if (file !== undefined) return { store: fileLetters(namedFile(file, files, command)), scenario: undefined }
  if (files.length === 0)
    throw new UsageError('name the configuration files of the application, or the file itself with --file', command)
  const load = async (): Promise<LoadedConfig> => {
    await prepareTypeScript(files, abilities)
    return loadConfig(files, { checkMachine: false })
  }
  const { config, baseDir } = await whileLoading(io, load, () => undefined)
  const store = await openLetters(config, baseDir, process.env)
  if (store !== undefined) return { store, scenario: config.scenario.name }
  throw new MillraceError(
    'CONFIG_INVALID',
    `${files.join(', ')} names no place for dead letters; set dead_letters.path or dead_letters.backend: redis, or name a file with --file`,
  )
}

function namedFile(file: string, [configuration]: readonly string[], command: string): string {
  if (configuration !== undefined)
    throw new UsageError(`'${configuration}' is no id of a letter; choose one of a configuration and --file`, command)
  if (existsSync(file)) return resolve(file)
  throw new UsageError(
    `there is no file '${file}'; --file names what dead_letters.path of a configuration names`,
    command,
  )
}
