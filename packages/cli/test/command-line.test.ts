import { describe, expect, it } from '@jest/globals'
import { callMain } from './call-main.js'

describe('the command line', () => {
  it.each([
    [['chekc', 'app.yml'], "there is no command 'chekc'; did you mean 'check'? See millrace --help"],
    [
      ['draw'],
      "there is no command 'draw'; there are 'check', 'plan', 'run', 'top', 'reload', 'dead-letters', 'parity'; see millrace --help",
    ],
    [['dead-letters'], 'say what to do: millrace dead-letters list|show|retry|drop; see millrace --help'],
    [['dead-letters', 'lst'], "there is no command 'dead-letters lst'; did you mean 'list'? See millrace --help"],
    [[], 'say what to do: millrace COMMAND FILE...; see millrace --help'],
    [['--verbos'], 'say what to do: millrace COMMAND FILE...; see millrace --help'],
    [['run'], 'name at least one configuration file; see millrace run --help'],
    [['check', '--jsno', 'app.yml'], "check has no option '--jsno'; did you mean '--json'? See millrace check --help"],
    [
      ['plan', '-x', 'app.yml'],
      "plan has no option '-x'; there are '--json', '--mermaid', '--verbose'; see millrace plan --help",
    ],
    [
      ['plan', '--__proto__', 'app.yml'],
      "plan has no option '--__proto__'; there are '--json', '--mermaid', '--verbose'; see millrace plan --help",
    ],
    [['plan', '--json', '--mermaid', 'app.yml'], 'choose one of --json and --mermaid; see millrace plan --help'],
    [['check', '--json=yes', 'app.yml'], '--json takes no value; see millrace check --help'],
    [['check', '--json', '--json', 'app.yml'], '--json stands there twice; see millrace check --help'],
    [['run', 'app.yml', '--log-level'], '--log-level needs a value: --log-level LEVEL; see millrace run --help'],
    [['run', 'app.yml', '--log-level='], '--log-level needs a value: --log-level LEVEL; see millrace run --help'],
    [
      ['run', '--log-level', '--json', 'app.yml'],
      '--log-level needs a value: --log-level LEVEL; see millrace run --help',
    ],
    [
      ['run', '--log-level', 'warm', 'app.yml'],
      "--log-level cannot be 'warm'; did you mean 'warn'? See millrace run --help",
    ],
    [
      ['run', '--checks=all', 'app.yml'],
      "--checks cannot be 'all'; there are 'entry', 'every'; see millrace run --help",
    ],
    [
      ['parity', '--variants', 'memory', 'app.yml'],
      '--variants needs at least two to compare, such as memory,frozen,serialised; see millrace parity --help',
    ],
    [['parity', '--variants', 'memory,memory', 'app.yml'], "--variants has 'memory' twice; see millrace parity --help"],
    [
      ['parity', '--variants', 'memory,forzen', 'app.yml'],
      "there is no variant 'forzen'; a profile is NAME=FILE; did you mean 'frozen'? See millrace parity --help",
    ],
    [
      ['parity', '--variants', 'memory,tcp=', 'app.yml'],
      "--variants has 'tcp=', which must be NAME=FILE, such as tcp=profile.tcp.yml; see millrace parity --help",
    ],
    [
      ['che\u001b[2Jck'],
      "there is no command 'che\\u001b[2Jck'; there are 'check', 'plan', 'run', 'top', 'reload', 'dead-letters', 'parity'; see millrace --help",
    ],
  ])('refuses %j', async (args, message) => {
    expect(await callMain(args)).toEqual({ code: 2, stdout: '', stderr: `millrace: ${message}\n` })
  })

  it('tells its version', async () => {
    expect(await callMain(['--version'])).toEqual({ code: 0, stdout: '0.0.0\n', stderr: '' })
  })

  it.each([[['--help']], [['-h']], [['help']]])('teaches with %j', async (args) => {
    const { code, stdout, stderr } = await callMain(args)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toBe(`Millrace runs a graph of typed message handlers; its configuration says where.

  millrace COMMAND FILE... [options]

  check               finds every mistake of an application without starting it
  plan                shows nodes, groups, edges and hops
  run                 runs an application: its sources to their end, or a service until it is stopped
  top                 shows the workers of a running application, as they are now
  reload              replaces the workers of a group while the application runs
  dead-letters list   lists the messages that nodes could not handle
  dead-letters show   shows one of these messages with its payload
  dead-letters retry  sends such messages to their nodes again, while the application runs
  dead-letters drop   removes such messages for good
  parity              runs an application in several ways and compares what its sinks receive

FILE is a configuration in YAML, JSON, JavaScript or TypeScript. Each further file is laid over those before
it: millrace run app.yml profile.production.yml

Each command tells more: millrace run --help

Example: check an application, then run it

  millrace check app.yml && millrace run app.yml

Exit codes: 0 done, or a service that drained on SIGTERM; 1 the run failed; 2 command line, configuration or
preflight; 3 the start failed; 4 a worker failed; 5 the stop had to be forced; 130 SIGINT; 143 SIGTERM
`)
  })

  it.each([[['plan', '--help']], [['plan', 'app.yml', '-h']], [['help', 'plan']]])(
    'teaches a command with %j',
    async (args) => {
      const { code, stdout } = await callMain(args)
      expect(code).toBe(0)
      expect(stdout).toBe(`millrace plan: shows nodes, groups, edges and hops

  millrace plan FILE... [options]

Compiles what every worker would run by, and shows it: which node runs in which group, which edge stays inside
a worker, and which is a hop between two. Packages that the configuration needs may be missing.

  --json     prints the plan, or {"ok":false,"code","findings"}, as one line of JSON
  --mermaid  prints the plan as a Mermaid flowchart
  --verbose  shows the stacks of errors
  --help     this text

Example: a drawing of an application for its documentation

  millrace plan app.yml profile.production.yml --mermaid > plan.mmd
`)
    },
  )

  it.each(['check', 'plan', 'run', 'parity'])(
    'teaches millrace %s with an example, in lines that fit a terminal',
    async (name) => {
      const { stdout } = await callMain([name, '--help'])
      expect(stdout).toContain(`\nExample: `)
      expect(stdout).toContain(`\n  millrace ${name} app.yml `)
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(125)
    },
  )
})
