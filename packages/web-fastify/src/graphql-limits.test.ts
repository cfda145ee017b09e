import { describe, expect, it } from '@jest/globals'
import * as graphql from 'graphql'
import { graphqlLimits, limitsRule } from './graphql-limits.js'

const schema = graphql.buildSchema('type Query { deeper: Query, end: Int }')
const { depth, fields } = graphqlLimits

/** What is found in a document. */
function complaints(document: string): readonly string[] {
  return graphql.validate(schema, graphql.parse(document), [limitsRule(graphql)]).map(({ message }) => message)
}

/** Fields inside each other, the innermost included. */
function nested(levels: number): string {
  return `${'deeper { '.repeat(levels - 1)}end${' }'.repeat(levels - 1)}`
}

const tooDeep = `the document is nested deeper than ${depth} fields`

describe('the limits of a GraphQL document', () => {
  it.each([
    ['as deep as may be', `{ ${nested(depth)} }`, []],
    ['deeper', `{ ${nested(depth + 1)} }`, [tooDeep]],
    ['deeper in an inline fragment', `{ ... on Query { ${nested(depth + 1)} } }`, [tooDeep]],
    ['deeper by a fragment', `{ deeper { ...Rest } } fragment Rest on Query { ${nested(depth)} }`, [tooDeep]],
    ['a fragment inside itself', '{ ...Self } fragment Self on Query { deeper { ...Self } }', []],
    ['as many fields as may be', `{ ${'end '.repeat(fields)} }`, []],
    ['one field more', `{ ${'end '.repeat(fields + 1)} }`, [`the document asks for more than ${fields} fields`]],
    [
      'a question about the schema, which may go deeper',
      `{ __schema { types { fields { type { ${'ofType { '.repeat(depth)}name${' }'.repeat(depth)} } } } } }`,
      [],
    ],
  ])('WEB-GQL-02 hold for what is %s', (_what, document, found) => {
    expect(complaints(document)).toEqual(found)
  })
})
