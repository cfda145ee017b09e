#!/usr/bin/env node
import { guardOutput } from './guard-output.js'
import { main } from './main.js'
import { ownAbilities } from './typescript/prepare-typescript.js'

/** How long what the application left open may take to close by itself. */
const lingerMs = 1000

guardOutput(process)
process.exitCode = await main(process.argv.slice(2), process, ownAbilities())
// A timer or a socket that was left open must not keep a finished command from ending.
setTimeout(() => {
  const held = new Set(process.getActiveResourcesInfo().filter((name) => name !== 'TTYWrap' && name !== 'PipeWrap'))
  if (held.size > 0)
    process.stderr.write(`the application left something open (${[...held].join(', ')}); it was ended\n`)
  process.stdout.write('', () => process.exit())
}, lingerMs).unref()
