// What `pnpm demo` runs: builds the packages, then shows the reference application on what was built.
import { spawnSync } from 'node:child_process'

const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', TURBO_NO_UPDATE_NOTIFIER: '1' }

/** @param {string} command @param {readonly string[]} args */
function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env, shell: process.platform === 'win32' })
  if (status !== 0) process.exit(status ?? 1)
}

process.stderr.write('Building the packages (a minute on a fresh clone, nothing after that) …\n')
run('turbo', [
  'run',
  'build',
  '--filter=@millrace/reference...',
  '--output-logs=errors-only',
  '--log-prefix=none',
  '--ui=stream',
])
run(process.execPath, ['--import', 'tsx', 'apps/reference/src/demo.ts', ...process.argv.slice(2)])
