import type { Series } from './prometheus-api.js'

/**
 * What is wrong with counters as they were scraped, as sentences: one that has gone backwards, or was missing from a scrape after it had
 * been in one.
 *
 * @param scrapes the times of all scrapes
 */
export function wrongCounters(counters: readonly Series[], scrapes: readonly number[]): readonly string[] {
  return counters.flatMap((series) => [...backwards(series), ...missing(series, scrapes)])
}

function backwards({ labels, samples }: Series): readonly string[] {
  const fall = samples.find(([, value], index) => value < (samples[index - 1]?.[1] ?? 0))
  return fall === undefined ? [] : [`${nameOf(labels)} has gone backwards to ${fall[1]}`]
}

function missing({ labels, samples }: Series, scrapes: readonly number[]): readonly string[] {
  const first = samples[0]?.[0] ?? 0
  const there = new Set(samples.map(([at]) => at))
  const gaps = scrapes.filter((at) => at > first && !there.has(at))
  return gaps.length === 0 ? [] : [`${nameOf(labels)} was missing from ${gaps.length} scrapes`]
}

/** As Prometheus writes it. */
function nameOf({ __name__: name = '', instance: _instance, job: _job, ...labels }: Series['labels']): string {
  return `${name}{${Object.entries(labels).map(([label, value]) => `${label}="${value}"`)}}`
}
