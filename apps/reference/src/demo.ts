/** What `pnpm demo` shows: the reference application on its sample, in every profile that exists, compared byte for byte. */
import { exitCodeOf, reportError } from '@millrace/cli'
import { parityCommand, paritySettings } from './parity/parity-command.js'
import { demoVariants } from './parity/variants.js'

process.stderr.write(
  'Fund loads: 5,000 attempts in, one decision each out, in input order. Both scenarios run in one process, and over\n' +
    'processes that talk TCP, ZeroMQ and Redis; each output is compared, byte for byte, with that of the oracle, a separate program.\n\n',
)
try {
  process.exitCode = await parityCommand(paritySettings(process.argv.slice(2)), process, demoVariants)
} catch (error) {
  reportError(error, process)
  process.exitCode = exitCodeOf(error)
}
