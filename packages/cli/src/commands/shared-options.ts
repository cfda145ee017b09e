import type { OptionSpec } from '../command-line/command.js'

/** For applications that another program embeds. */
export const embedded: OptionSpec = {
  says: 'message types that nothing emits are sent by a program, through Runtime.request',
}

/** Every command has it. */
export const verbose: OptionSpec = { says: 'shows the stacks of errors' }
