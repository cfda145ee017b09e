import type { EventEmitter, MetricName, MetricSample, MillraceEvent } from '@millrace/contracts'

/** Which events are counted, as what, and by which of their facts. */
const counted: Partial<Record<MillraceEvent['name'], { readonly name: MetricName; readonly label?: string }>> = {
  'security.refused': { name: 'millrace_refusals_total', label: 'code' },
  'overload.refused': { name: 'millrace_refusals_total' },
  'redelivery.sent': { name: 'millrace_redeliveries_total' },
}

/**
 * What is rare enough to be an event each time is counted where the events of all processes come out: a worker that dies takes
 * none of it along.
 */
export class EventCounts {
  readonly #samples = new Map<string, { readonly sample: Omit<MetricSample, 'value'>; value: number }>()

  /** @param labelsOf the labels of the process in which an event happened */
  constructor(events: EventEmitter, labelsOf: (event: MillraceEvent) => MetricSample['labels']) {
    events.subscribe((event) => this.#count(event, labelsOf(event)), 'warn')
  }

  /** What has been counted. */
  samples(): readonly MetricSample[] {
    return [...this.#samples.values()].map(({ sample, value }) => ({ ...sample, value }))
  }

  #count({ name: event, facts }: MillraceEvent, process: MetricSample['labels']): void {
    const rule = counted[event]
    if (rule === undefined) return
    const own =
      event === 'overload.refused'
        ? { code: 'OVERLOADED' }
        : rule.label === undefined
          ? {}
          : { [rule.label]: String(facts[rule.label]) }
    const labels = { ...process, ...own }
    const key = `${rule.name} ${Object.values(labels).join(' ')}`
    const before = this.#samples.get(key)
    const more = typeof facts.count === 'number' ? facts.count : 1
    if (before === undefined) this.#samples.set(key, { sample: { name: rule.name, labels }, value: more })
    else before.value += more
  }
}
