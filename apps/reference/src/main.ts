import { commandLine } from './command/command-line.js'

process.exitCode = await commandLine(process.argv.slice(2), process)
