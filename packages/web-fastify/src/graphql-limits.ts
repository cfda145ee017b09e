import type * as Graphql from 'graphql'

/** How deep fields may be nested, and how many a document may ask for, fragments written out. */
export const graphqlLimits = { depth: 12, fields: 500, tokens: 4000 } as const

/**
 * The validation rule that refuses documents which ask for too much; what asks about the schema itself counts too, but may go
 * deeper.
 *
 * L1  Every use of a fragment costs what it brings, so that a few that use each other cannot multiply.
 */
export function limitsRule({ GraphQLError, Kind }: typeof Graphql): Graphql.ValidationRule {
  return (context) => ({
    Document(document) {
      const fragments = new Map(
        document.definitions.flatMap((part) =>
          part.kind === Kind.FRAGMENT_DEFINITION ? [[part.name.value, part]] : [],
        ),
      )
      const budget = { fields: graphqlLimits.fields }
      for (const part of document.definitions) {
        if (part.kind !== Kind.OPERATION_DEFINITION) continue
        const excess = walk(part.selectionSet, { fragments, budget, inside: new Set(), kind: Kind }, 1)
        if (excess !== undefined)
          context.reportError(new GraphQLError(excess, { extensions: { code: 'PAYLOAD_TOO_LARGE' } }))
      }
    },
  })
}

interface Walk {
  readonly fragments: ReadonlyMap<string, Graphql.FragmentDefinitionNode>
  readonly budget: { fields: number }
  /** Fragments that are being written out: one inside itself is another rule's business. */
  readonly inside: Set<string>
  readonly kind: typeof Graphql.Kind
}

function walk(selections: Graphql.SelectionSetNode, walking: Walk, depth: number): string | undefined {
  const { fragments, budget, inside, kind } = walking
  for (const selection of selections.selections) {
    let excess: string | undefined
    if (--budget.fields < 0) return `the document asks for more than ${graphqlLimits.fields} fields`
    if (selection.kind === kind.FIELD) {
      const own = depth > graphqlLimits.depth && !selection.name.value.startsWith('__')
      if (own) return `the document is nested deeper than ${graphqlLimits.depth} fields`
      if (selection.selectionSet !== undefined)
        excess = walk(selection.selectionSet, walking, isMeta(selection) ? -100 : depth + 1)
    } else if (selection.kind === kind.INLINE_FRAGMENT) excess = walk(selection.selectionSet, walking, depth)
    else {
      const name = selection.name.value
      const fragment = fragments.get(name)
      if (fragment === undefined || inside.has(name)) continue
      inside.add(name)
      excess = walk(fragment.selectionSet, walking, depth)
      inside.delete(name)
    }
    if (excess !== undefined) return excess
  }
  return undefined
}

const isMeta = ({ name }: Graphql.FieldNode): boolean => name.value === '__schema' || name.value === '__type'
