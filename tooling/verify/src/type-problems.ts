import { readFileSync } from 'node:fs'
import { type Analysis, checkPackage, createPackageFromTarballData, type UntypedResult } from '@arethetypeswrong/core'
import { problemKindInfo } from '@arethetypeswrong/core/problems'

/** Ways of resolving that a package of ES modules alone need not serve: the profile `esm-only` of attw's own command. */
const notServed: readonly string[] = ['node10', 'node16-cjs']

/**
 * What is wrong with the types of a packed package, as "Are the types wrong?" has it. As a library it judges all packages
 * in the time that its command takes for two.
 */
export async function typeProblems(tarball: string): Promise<readonly string[]> {
  return problemsOf(await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball)))))
}

/** What of an analysis counts as a mistake. */
export function problemsOf(analysis: Analysis | UntypedResult): readonly string[] {
  if (analysis.types === false) return ['the package has no types']
  return analysis.problems.flatMap((problem) => {
    if ('resolutionKind' in problem && notServed.includes(problem.resolutionKind)) return []
    const where = 'entrypoint' in problem ? ` (${problem.entrypoint}, ${problem.resolutionKind})` : ''
    return [`${problemKindInfo[problem.kind].shortDescription}${where}`]
  })
}
