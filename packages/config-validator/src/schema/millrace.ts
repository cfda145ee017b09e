import { Type } from '@millrace/contracts'
import type { TSchema } from 'typebox'
import { count, oneOf, optional, section, settings, text } from './fields.js'
import { runtime } from './runtime.js'

const slices = (description: string) => Type.Record(Type.String(), Type.Object({}), { description, default: {} })

/** Schema of a whole configuration, as a file or several merged ones give it. */
export const millraceSchema: TSchema = section('Millrace', 'The configuration of a Millrace application.', {
  $schema: optional(text('Where an editor finds the schema of this file; it changes nothing.')),
  version: Type.Literal(1, { description: 'The version of this format.' }),
  scenario: section('Scenario', 'What is run.', { name: text('The name of the application.', { maxLength: 128 }) }),
  runtime,
  nodes: slices('For a node, by its name, what its own schema asks for.'),
  adapters: slices(
    'For a source or sink, by its name, what its own schema asks for; only those named here are active.',
  ),
  dead_letters: settings('Dead letters', 'Where messages go whose node says onError: dead_letter.', {
    backend: oneOf(
      ['file', 'redis'],
      'What keeps them: a file of this machine, or the server of runtime.platform.redis, which several machines share.',
      { default: 'file' },
    ),
    path: optional(text('The NDJSON file they are appended to, where backend is file.')),
    max_letters: count('How many Redis keeps at most. A message that finds no room there fails, and says so.', {
      default: 100_000,
    }),
  }),
})
