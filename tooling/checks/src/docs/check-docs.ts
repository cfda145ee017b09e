import type { Report } from '../finding.js'
import type { Workspace } from '../workspace.js'
import { checkDocComments } from './check-doc-comments.js'
import { checkExamples } from './check-examples.js'

/**
 * Checks that every example in the documentation compiles, and that every export has a doc sentence.
 *
 * @param files - the files of the repository, relative to the root
 */
export function checkDocs(workspace: Workspace, files: readonly string[]): Report {
  const examples = checkExamples(workspace, files.filter(isDocument))
  const comments = checkDocComments(workspace)
  return {
    findings: [...examples.findings, ...comments.findings],
    looked: `${examples.compiled} examples compiled, ${examples.fragments} fragments left out, ${comments.exports} exports`,
  }
}

function isDocument(file: string): boolean {
  return file === 'README.md' || /^(packages|apps)\/[^/]+\/README\.md$/.test(file) || /^docs\/.+\.md$/.test(file)
}
