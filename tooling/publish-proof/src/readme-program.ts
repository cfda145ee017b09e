import ts from 'typescript'

/** The first program of a README, and what it says the program prints. */
export interface ReadmeProgram {
  readonly source: string
  readonly prints: string
}

/**
 * Takes the first `ts` block of a README, and the first `text` block after it, which shows what the program prints.
 *
 * @throws TypeError when the README has no such pair
 */
export function readmeProgram(readme: string): ReadmeProgram {
  const found = /^```ts\n(.*?)^```$.*?^```text\n(.*?)^```$/ms.exec(readme)
  const [, source, prints] = found ?? []
  if (source === undefined || prints === undefined) {
    throw new TypeError('the README must hold a ts block, and after it a text block with what the program prints')
  }
  return { source, prints }
}

/** The program as an ES module without types. */
export function asModule(source: string): string {
  return transpile(source, ts.ModuleKind.ESNext)
}

/** The program as CommonJS, where it can have no `await` at top level. */
export function asCommonJs(source: string): string {
  return transpile(source, ts.ModuleKind.CommonJS)
}

function transpile(source: string, module: ts.ModuleKind): string {
  return ts.transpileModule(source, { compilerOptions: { module, target: ts.ScriptTarget.ES2023 } }).outputText
}
