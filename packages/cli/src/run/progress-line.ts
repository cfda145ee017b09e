import type { Progress } from '@millrace/contracts'
import type { Output } from '../io.js'
import { printable } from '../printable.js'

/** How progress is shown: a bar where there is a terminal, a plain line now and then, or not at all. */
export type ProgressStyle = 'bar' | 'lines' | 'off'

/** How far the sources of a run have come, for people to see. */
export interface ProgressLine {
  show(source: string, progress: Progress): void
  /** Takes the bar away, so that something else can be written; the next progress brings it back. */
  clear(): void
}

const barWidth = 24
const redrawMs = 100
const linesMs = 5000
const clearLine = '\r\u001b[2K'

/**
 * Makes a progress line.
 *
 * @param clock monotonic, in milliseconds
 */
export function createProgressLine(output: Output, style: ProgressStyle, clock: () => number): ProgressLine {
  const startMs = clock()
  const latest = new Map<string, Progress>()
  let shownMs = style === 'bar' ? Number.NEGATIVE_INFINITY : startMs
  let drawn = false

  const draw = (elapsedMs: number): void => {
    const parts = [...latest].map(([source, progress]) => progressText(source, progress, elapsedMs, style === 'bar'))
    const text = printable(parts.join('   '))
    output.write(style === 'bar' ? clearLine + fitted(text, output.columns) : `${text}\n`)
    drawn = style === 'bar'
  }

  return {
    show(source, progress) {
      if (style === 'off') return
      latest.set(source, progress)
      const nowMs = clock()
      if (nowMs - shownMs < (style === 'bar' ? redrawMs : linesMs)) return
      shownMs = nowMs
      draw(nowMs - startMs)
    },
    clear() {
      if (drawn) output.write(clearLine)
      drawn = false
    },
  }
}

/** A line that wraps cannot be cleared as one. */
function fitted(text: string, columns = 80): string {
  return text.length < columns ? text : text.slice(0, columns - 1)
}

function progressText(source: string, { done, total, unit }: Progress, elapsedMs: number, bar: boolean): string {
  const rate = elapsedMs > 0 ? `, ${number((done * 1000) / elapsedMs, unit)} ${shownUnit(unit)}/s` : ''
  if (total === undefined || total <= 0) return `${source} ${number(done, unit)} ${shownUnit(unit)}${rate}`
  const share = Math.min(1, done / total)
  const drawing = bar ? `[${'#'.repeat(Math.round(share * barWidth)).padEnd(barWidth, '.')}] ` : ''
  const percent = `${Math.floor(share * 100)} %`.padStart(5)
  return `${source} ${drawing}${percent}, ${number(done, unit)} of ${number(total, unit)} ${shownUnit(unit)}${rate}`
}

function number(count: number, unit: string): string {
  return unit === 'bytes' ? (count / 1e6).toFixed(1) : Math.round(count).toLocaleString('en-GB')
}

function shownUnit(unit: string): string {
  return unit === 'bytes' ? 'MB' : unit
}
