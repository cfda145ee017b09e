import type { Io } from '../io.js'
import type { ImportAbilities } from '../typescript/prepare-typescript.js'

/** An option of a command. */
export interface OptionSpec {
  /** What stands in its place in the help, such as `LEVEL`; undefined for a flag, which takes no value. */
  readonly value?: string
  /** The values that are allowed. @default any */
  readonly choices?: readonly string[]
  /** One sentence without a full stop. */
  readonly says: string
}

/** What was asked for on the command line. */
export interface Invocation {
  /** What stands beside the options; configuration files by name, the base first, where the command says nothing else. */
  readonly operands: readonly string[]
  /** Names of the flags that were given. */
  readonly flags: ReadonlySet<string>
  /** Values by the names of their options. */
  readonly values: Readonly<Record<string, string>>
  readonly io: Io
  /** What this process can import. */
  readonly abilities: ImportAbilities
}

/** What stands beside the options of a command. */
export interface Operands {
  /** As the help shows it. */
  readonly form: string
  readonly least: number
  readonly most: number
  /** What to do where there are too few. */
  readonly missing: string
}

/** A command of `millrace`. */
export interface Command {
  /** One word, or two where several commands do something with the same thing. */
  readonly name: string
  /** What it does, in a line. */
  readonly summary: string
  /** What one should know before using it: lines of at most 100 characters. */
  readonly details: string
  /** @default configuration files */
  readonly operands?: Operands
  /** By name, without the dashes. */
  readonly options: Readonly<Record<string, OptionSpec>>
  /** One realistic use, with what it is for. */
  readonly example: { readonly says: string; readonly line: string }
  /** @returns the exit code */
  readonly run: (invocation: Invocation) => Promise<number>
}
