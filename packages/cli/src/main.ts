import { readFileSync } from 'node:fs'
import type { Command } from './command-line/command.js'
import { commands } from './command-line/commands.js'
import { commandHelp, help } from './command-line/help.js'
import { parseArguments } from './command-line/parse-arguments.js'
import { UsageError } from './command-line/usage-error.js'
import { exitCodeOf, exitCodes } from './exit-code.js'
import type { Io } from './io.js'
import { printable } from './printable.js'
import { reportError } from './report-error.js'
import type { ImportAbilities } from './typescript/prepare-typescript.js'

/**
 * Does what a command line asks for. What goes wrong is told on standard error.
 *
 * @param args without the program's own name
 * @param abilities what this process can import
 * @returns the exit code
 */
export async function main(args: readonly string[], io: Io, abilities: ImportAbilities): Promise<number> {
  try {
    return await answer(args, io, abilities)
  } catch (error) {
    if (error instanceof UsageError) {
      io.stderr.write(printable(`millrace: ${error.message}\n`))
      return exitCodes.refused
    }
    reportError(error, io, { verbose: args.includes('--verbose') })
    return exitCodeOf(error)
  }
}

async function answer(args: readonly string[], io: Io, abilities: ImportAbilities): Promise<number> {
  const asked = parseArguments(args, commands)
  if (asked.what === 'command') return asked.command.run({ ...asked.given, io, abilities })
  io.stdout.write(asked.what === 'version' ? `${version()}\n` : helpText(asked.command))
  return exitCodes.done
}

function helpText(command: Command | undefined): string {
  return command === undefined ? help(commands) : commandHelp(command)
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const { version: text } = JSON.parse(manifest) as { readonly version: string } // the manifest of this package
  return text
}
