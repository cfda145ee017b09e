import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { metricList } from '@millrace/contracts'
import { describeWith, printed } from './program.js'

const path = fileURLToPath(new URL('../../../docs/alerts.yml', import.meta.url))
const rules = readFileSync(path, 'utf8')
const page = readFileSync(new URL('../../../docs/observability.md', import.meta.url), 'utf8')

describe('docs/alerts.yml', () => {
  it('names metrics that there are', () => {
    const named = new Set([...rules.matchAll(/\bmillrace_\w+/g)].map(([name]) => name.replace(/_bucket$/, '')))
    expect([...named].filter((name) => !Object.hasOwn(metricList, name))).toEqual([])
    expect(named.size).toBeGreaterThan(5)
  })

  it('leads to chapters that there are', () => {
    const chapters = [...page.matchAll(/^### (.*)$/gm)].map(([, title = '']) =>
      title.toLowerCase().replaceAll(',', '').replaceAll(' ', '-'),
    )
    const named = [...rules.matchAll(/runbook: observability\.md#(.*)$/gm)].map(([, chapter]) => chapter)
    expect([...new Set(named)].sort()).toEqual(chapters.sort())
  })
})

describeWith('promtool')('docs/alerts.yml, read by promtool', () => {
  it('OBS-PROM-01 holds sound rules', () => {
    const rulesFound = rules.match(/- alert:/g)?.length
    expect(printed('promtool', ['check', 'rules', path], '')).toContain(`SUCCESS: ${rulesFound} rules found`)
  })
})
