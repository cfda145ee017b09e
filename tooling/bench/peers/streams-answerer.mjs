import { becomeAnswerer } from './answerer.mjs'
import { openStreams } from './streams-link.mjs'

const link = await openStreams(process.argv[2], { reads: 'asked', writes: 'answered' }, (id, value) =>
  link.send(id, value),
)
becomeAnswerer()
