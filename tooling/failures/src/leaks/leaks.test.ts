import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { linkKey } from '@millrace/wire'
import { Stage } from '../stage.js'

const tellsSecrets = fileURLToPath(new URL('../programs/tells-secrets.ts', import.meta.url))

describe('a program that is looked at', () => {
  it('OBS-IPC-04 is found out where it tells secrets; what Millrace passes on holds no secret that it knows', async () => {
    const stage = await Stage.open()
    try {
      const run = stage.run({
        runtime: { discovery_modules: [tellsSecrets] },
        adapters: { orders: { count: 100, path: stage.secrets.file }, lines: { path: stage.path('out.txt') } },
      })
      expect((await run.ended()).exitCode).toBe('0')
      const leaks = stage.mistakes().map((leak) => leak.replace(/ \(.*\)$/u, ''))
      expect([...new Set(leaks)].sort()).toEqual([
        'the marked password stands in OTLP /v1/logs',
        'the marked password stands in log lines in stdout',
        'the marked password stands in log lines in telemetry.jsonl',
        'the marked password stands in stderr',
        'the static secret stands in stdout',
      ])
    } finally {
      await stage.close()
    }
  })

  it.each(['static', 'generated'] as const)(
    'OBS-IPC-04 is known by every key that it makes, those of its links among them: the secret is %s',
    async (secret) => {
      const stage = await Stage.open({ secret })
      try {
        const run = stage.run({ adapters: { orders: { count: 100 }, lines: { path: stage.path('out.txt') } } })
        expect((await run.ended()).exitCode).toBe('0')
        expect(stage.mistakes()).toEqual([])
        const keys = stage.secrets.kept()
        const links = keys.map((key) => Buffer.from(linkKey(key, 'in#1', 'pricing#1')))
        expect(keys.some((key) => links.some((link) => link.equals(key)))).toBe(true)
      } finally {
        await stage.close()
      }
    },
  )
})
