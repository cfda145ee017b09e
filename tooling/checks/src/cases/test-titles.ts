import ts from 'typescript'

const testFunctions = new Set(['it', 'test', 'describe'])

/**
 * The titles of the tests in a file, and of their groups, with which their whole names begin. For a table (`it.each`) whose title is a placeholder, `%s` or `$title`, the titles
 * are the texts in the table, which must stand in the same file.
 */
export function testTitles(fileName: string, text: string): readonly string[] {
  const source = ts.createSourceFile(fileName, text, ts.ScriptTarget.ESNext, true)
  const titles: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && callsTest(node.expression)) titles.push(...titlesOf(source, node))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return titles
}

/** `it(…)`, `it.failing(…)`, `it.each(table)(…)`. */
function callsTest(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return testFunctions.has(callee.text)
  if (ts.isPropertyAccessExpression(callee)) return callee.name.text !== 'each' && callsTest(callee.expression)
  return tableOf(callee) !== undefined
}

function titlesOf(source: ts.SourceFile, call: ts.CallExpression): readonly string[] {
  const title = textOf(call.arguments[0])
  if (title === undefined) return []
  const table = tableOf(call.expression)
  return table === undefined || !/^[%$]/.test(title) ? [title] : textsIn(declaredTable(source, table))
}

function tableOf(callee: ts.Expression): ts.Expression | undefined {
  if (!ts.isCallExpression(callee)) return undefined
  const each = callee.expression
  const isEach = ts.isPropertyAccessExpression(each) && each.name.text === 'each' && callsTest(each.expression)
  return isEach ? callee.arguments[0] : undefined
}

/** A table given by name is looked up among the constants of the file. */
function declaredTable(source: ts.SourceFile, table: ts.Expression): ts.Node {
  if (!ts.isIdentifier(table)) return table
  let found: ts.Node = table
  const visit = (node: ts.Node): void => {
    const named = ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.name.text === table.text
    if (named && node.initializer !== undefined) found = node.initializer
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function textsIn(node: ts.Node): readonly string[] {
  const texts: string[] = []
  const visit = (child: ts.Node): void => {
    const text = textOf(child)
    if (text === undefined) ts.forEachChild(child, visit)
    else texts.push(text)
  }
  visit(node)
  return texts
}

function textOf(node: ts.Node | undefined): string | undefined {
  if (node === undefined) return undefined
  if (ts.isStringLiteralLike(node)) return node.text
  return ts.isTemplateExpression(node) ? node.head.text : undefined
}
