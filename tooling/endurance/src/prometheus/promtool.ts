import { spawnSync } from 'node:child_process'

/** What promtool has against something, as sentences. */
export function promtoolMistakes(args: readonly string[], input = ''): readonly string[] {
  const { error, status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' })
  const said = `${stdout ?? ''}${stderr ?? ''}`.trim()
  if (error !== undefined) return [`promtool cannot be started: ${error.message}`]
  if (status !== 0) return [`promtool ${args.join(' ')} ends with ${status}: ${said}`]
  // Of metrics it says what could be better, and ends with 0.
  return args.includes('metrics') && said !== '' ? [`promtool ${args.join(' ')}: ${said}`] : []
}
