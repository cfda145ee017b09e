import { parseArgs } from 'node:util'
import { suggestion } from '@millrace/contracts'
import type { Command, Invocation, Operands, OptionSpec } from './command.js'
import { UsageError } from './usage-error.js'

/** What stands on the command line of a command. */
export type Given = Pick<Invocation, 'operands' | 'flags' | 'values'>

/** What a command line asks for. */
export type Asked =
  | { readonly what: 'version' }
  | { readonly what: 'help'; readonly command: Command | undefined }
  | { readonly what: 'command'; readonly command: Command; readonly given: Given }

/**
 * Reads a command line.
 *
 * @param args without the program's own name
 * @throws UsageError
 */
export function parseArguments(args: readonly string[], commands: readonly Command[]): Asked {
  const words = args.filter((arg) => !arg.startsWith('-'))
  const command = commands.find((one) => begins(words, one))
  if (args.includes('--help') || args.includes('-h') || words[0] === 'help')
    return { what: 'help', command: command ?? named(words, commands) }
  if (command === undefined) return withoutCommand(args, words, commands)
  return { what: 'command', command, given: invocation(command, args) }
}

function begins(words: readonly string[], { name }: Command): boolean {
  return name.split(' ').every((word, index) => words[index] === word)
}

/** `millrace help run` means `millrace run --help`. */
function named(words: readonly string[], commands: readonly Command[]): Command | undefined {
  return commands.find((command) => words.some((_, index) => begins(words.slice(index), command)))
}

function withoutCommand(
  args: readonly string[],
  [name, second]: readonly string[],
  commands: readonly Command[],
): Asked {
  if (args.includes('--version')) return { what: 'version' }
  if (name === undefined) throw new UsageError('say what to do: millrace COMMAND FILE...')
  const seconds = commands.flatMap((command) =>
    command.name.startsWith(`${name} `) ? [command.name.slice(name.length + 1)] : [],
  )
  if (seconds.length > 0)
    throw new UsageError(
      second === undefined
        ? `say what to do: millrace ${name} ${seconds.join('|')}`
        : `there is no command '${name} ${second}'; ${suggestion(second, seconds)}`,
    )
  const names = new Set(commands.map((command) => command.name.split(' ')[0] ?? ''))
  throw new UsageError(`there is no command '${name}'; ${suggestion(name, [...names])}`)
}

function invocation(command: Command, args: readonly string[]): Given {
  const flags = new Set<string>()
  const values: Record<string, string> = {}
  const given: string[] = []
  for (const token of tokensOf(command, args)) {
    if (token.kind === 'positional') given.push(token.value)
    if (token.kind !== 'option') continue
    const value = checked(command, token)
    if (flags.has(token.name) || token.name in values) throw usage(command, `${token.rawName} stands there twice`)
    if (value === undefined) flags.add(token.name)
    else values[token.name] = value
  }
  const operands = given.slice(command.name.split(' ').length)
  const { least, most, missing } = command.operands ?? configurationFiles
  if (operands.length < least) throw usage(command, missing)
  const [extra] = operands.slice(most)
  if (extra !== undefined) throw usage(command, `${command.name} does not know what to do with '${extra}'`)
  return { operands, flags, values }
}

/** What commands take that say nothing else. */
export const configurationFiles: Operands = {
  form: 'FILE...',
  least: 1,
  most: Number.POSITIVE_INFINITY,
  missing: 'name at least one configuration file',
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

function tokensOf({ options }: Command, args: readonly string[]) {
  const types = Object.entries(options).map(
    ([name, { value }]) => [name, { type: value === undefined ? 'boolean' : 'string' } as const] as const,
  )
  return parseArgs({ args: [...args], options: Object.fromEntries(types), strict: false, tokens: true }).tokens
}

/** @returns the value; undefined for a flag */
function checked(command: Command, { name, rawName, value, inlineValue }: OptionToken): string | undefined {
  const spec: OptionSpec | undefined = Object.hasOwn(command.options, name) ? command.options[name] : undefined
  if (spec === undefined) {
    const known = Object.keys(command.options).map((option) => `--${option}`)
    throw usage(command, `${command.name} has no option '${rawName}'; ${suggestion(rawName, known)}`)
  }
  if (spec.value === undefined) {
    if (value !== undefined) throw usage(command, `${rawName} takes no value`)
    return undefined
  }
  if (value === undefined || value === '' || (value.startsWith('-') && inlineValue !== true))
    throw usage(command, `${rawName} needs a value: ${rawName} ${spec.value}`)
  if (spec.choices !== undefined && !spec.choices.includes(value))
    throw usage(command, `${rawName} cannot be '${value}'; ${suggestion(value, spec.choices)}`)
  return value
}

function usage(command: Command, message: string): UsageError {
  return new UsageError(message, command.name)
}
