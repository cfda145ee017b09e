import type { Command } from './command.js'
import { configurationFiles } from './parse-arguments.js'

/** What `millrace --help` says. */
export function help(commands: readonly Command[]): string {
  return `Millrace runs a graph of typed message handlers; its configuration says where.

  millrace COMMAND FILE... [options]

${columns(commands.map(({ name, summary }) => [name, summary]))}

FILE is a configuration in YAML, JSON, JavaScript or TypeScript. Each further file is laid over those before
it: millrace run app.yml profile.production.yml

Each command tells more: millrace run --help

Example: check an application, then run it

  millrace check app.yml && millrace run app.yml

Exit codes: 0 done, or a service that drained on SIGTERM; 1 the run failed; 2 command line, configuration or
preflight; 3 the start failed; 4 a worker failed; 5 the stop had to be forced; 130 SIGINT; 143 SIGTERM
`
}

/** What `millrace COMMAND --help` says. */
export function commandHelp({ name, summary, details, operands, options, example }: Command): string {
  const rows = Object.entries(options).map(([option, { value, choices, says }]): readonly [string, string] => [
    value === undefined ? `--${option}` : `--${option} ${choices?.join('|') ?? value}`,
    says,
  ])
  return `millrace ${name}: ${summary}

  millrace ${name} ${(operands ?? configurationFiles).form} [options]

${details}

${columns([...rows, ['--help', 'this text']])}

Example: ${example.says}

  ${example.line}
`
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length))
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`).join('\n')
}
