import { describe, expect, it } from '@jest/globals'
import { metricList } from '@millrace/contracts'
import { createTelemetry } from '../src/index.js'
import { describeWith, printed } from './program.js'
import { samplesOfAll } from './samples.js'
import { telemetryParts } from './telemetry-parts.js'

const { prometheus } = createTelemetry(telemetryParts())

describeWith('promtool')('what promtool says', () => {
  it('OBS-PROM-01 finds nothing to say about the metrics', () => {
    expect(printed('promtool', ['check', 'metrics'], prometheus(samplesOfAll()))).toBe('')
  })

  it('accepts labels with quotes, backslashes and line ends', () => {
    const labels = { group: 'a"b\\c\nd', worker: 'ü' }
    const text = prometheus([{ name: 'millrace_worker_up', labels, value: 1 }])
    expect(printed('promtool', ['check', 'metrics'], text)).toBe('')
  })
})

describe('prometheus', () => {
  it('OBS-PROM-01 names every metric of the list, with its type and what it says, and nothing else', () => {
    const said = prometheus(samplesOfAll()).match(/^# (HELP|TYPE) .*$/gm)
    const wanted = Object.entries(metricList).flatMap(([name, { kind, says }]) => [
      `# HELP ${name} ${says}`,
      `# TYPE ${name} ${kind}`,
    ])
    expect(said).toEqual(wanted)
  })

  it('counts a value that equals a bound in its bucket, and buckets from below', () => {
    const text = prometheus(samplesOfAll().filter(({ name }) => name === 'millrace_request_duration_seconds'))
    const of = '{group="pricing",worker="pricing#1"'
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        `millrace_request_duration_seconds_count${of}} 2`,
        `millrace_request_duration_seconds_sum${of}} 60.0001`,
        `millrace_request_duration_seconds_bucket${of},le="0.0001"} 1`,
        `millrace_request_duration_seconds_bucket${of},le="30"} 1`,
        `millrace_request_duration_seconds_bucket${of},le="+Inf"} 2`,
      ]),
    )
  })

  it('puts the samples of a metric together, whatever their order', () => {
    const all = samplesOfAll()
    const mixed = [...all, ...all.map((sample) => ({ ...sample, labels: { ...sample.labels, worker: 'pricing#2' } }))]
    expect(prometheus(mixed).match(/^# TYPE /gm)).toHaveLength(all.length)
  })

  it('is empty without samples', () => {
    expect(prometheus([])).toBe('')
  })

  it('shows no secret', () => {
    const parts = telemetryParts()
    parts.events.redactor.protect(Buffer.from('hunter2hunter2'))
    const labels = { group: 'hunter2hunter2', worker: 'w' }
    const text = createTelemetry(parts).prometheus([{ name: 'millrace_worker_up', labels, value: 1 }])
    expect(text).toContain('group="[redacted]"')
  })

  it('OBS-PROM-01 names every metric where a secret is a part of its name', () => {
    const parts = telemetryParts()
    parts.events.redactor.protect(Buffer.from('millrace'))
    expect(createTelemetry(parts).prometheus(samplesOfAll())).toBe(prometheus(samplesOfAll()))
  })
})
