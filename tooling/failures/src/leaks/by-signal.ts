import type { Shown } from './find-leaks.js'

/** What exporters call the lines that they write. */
const signals: Readonly<Record<string, string>> = { span: 'spans', metric: 'metrics', log: 'log lines' }

/** Takes what the exporters for lines have written apart: spans, metrics, log lines, and what others have written there. */
export function bySignal({ where, bytes }: Shown): readonly Shown[] {
  if (where !== 'stdout' && !where.endsWith('.jsonl')) return [{ where, bytes }]
  const parts = new Map<string, string[]>()
  for (const line of bytes.toString('latin1').split('\n')) {
    const signal = signals[/^\{.*?"signal":"(span|metric|log)"/u.exec(line)?.[1] ?? '']
    const part = signal === undefined ? where : `${signal} in ${where}`
    const lines = parts.get(part)
    if (lines === undefined) parts.set(part, [line])
    else lines.push(line)
  }
  return [...parts].map(([part, lines]) => ({ where: part, bytes: Buffer.from(lines.join('\n'), 'latin1') }))
}
