import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '../finding.js'
import { casesPage, type Proofs } from './cases-page.js'
import { leadingCaseIds, readCatalogue } from './catalogue.js'
import { testTitles } from './test-titles.js'

const cataloguePath = 'docs/cases/catalogue.md'
export const casesPagePath = 'docs/cases.md'

export interface CasesResult {
  readonly findings: readonly Finding[]
  /** The text that docs/cases.md should have. */
  readonly page: string
  readonly looked: string
}

/**
 * Matches the catalogue with the titles of all tests.
 *
 * @param files - the files of the repository, relative to the root
 */
export function checkCases(root: string, files: readonly string[]): CasesResult {
  const { cases, problems } = readCatalogue(readFileSync(join(root, cataloguePath), 'utf8'))
  const known = new Set(cases.map(({ id }) => id))
  const used = files.filter((file) => file.endsWith('.test.ts')).flatMap((file) => idsIn(root, file))
  const proofs = collectProofs(used.filter(({ id }) => known.has(id)))
  return {
    findings: [
      ...problems.map((problem) => ({ file: cataloguePath, problem })),
      ...used
        .filter(({ id }) => !known.has(id))
        .map(({ id, file }) => ({ file, problem: `a title begins with ${id}, which is not in the catalogue` })),
    ],
    page: casesPage(cases, proofs),
    looked: `${cases.length} cases, ${proofs.size} with a test`,
  }
}

function idsIn(root: string, file: string): readonly { readonly id: string; readonly file: string }[] {
  const titles = testTitles(file, readFileSync(join(root, file), 'utf8'))
  return titles.flatMap(leadingCaseIds).map((id) => ({ id, file }))
}

function collectProofs(used: readonly { readonly id: string; readonly file: string }[]): Proofs {
  const proofs = new Map<string, readonly string[]>()
  for (const { id, file } of used) proofs.set(id, [...new Set([...(proofs.get(id) ?? []), file])].sort())
  return proofs
}
