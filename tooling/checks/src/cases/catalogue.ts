/** One row of the catalogue. */
export interface Case {
  readonly id: string
  readonly core: boolean
  /** The heading of the table it stands in. */
  readonly section: string
}

export interface Catalogue {
  readonly cases: readonly Case[]
  /** What is wrong with the text of the catalogue itself. */
  readonly problems: readonly string[]
}

const idPattern = /^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*-\d\d$/
const idAtStart = /^[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-\d\d(?![\w-])/

/** A case id is capitals and digits in groups, the last group of two digits. */
function isCaseId(word: string): boolean {
  return idPattern.test(word)
}

/** The case ids with which a title begins, one after the other. */
export function leadingCaseIds(title: string): readonly string[] {
  const ids: string[] = []
  for (let rest = title; ; ) {
    const id = idAtStart.exec(rest)?.[0]
    if (id === undefined) return ids
    ids.push(id)
    rest = rest.slice(id.length).trimStart()
  }
}

/** Reads the tables `| id | core | given → outcome |` of the catalogue. */
export function readCatalogue(text: string): Catalogue {
  const cases: Case[] = []
  const problems: string[] = []
  const seen = new Set<string>()
  let section = ''
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('## ')) section = line.slice(3).trim()
    const cells = cellsOf(line)
    if (cells === undefined) continue
    const [id = '', core = '', outcome = ''] = cells
    if (!isCaseId(id)) problems.push(`"${id}" is not a case id; one row is one id`)
    else if (seen.has(id)) problems.push(`${id} stands there twice`)
    else if (core !== '' && core !== 'yes') problems.push(`${id}: core must be "yes" or empty`)
    else if (!outcome.includes('→')) problems.push(`${id} needs "given → outcome"`)
    else cases.push({ id, core: core === 'yes', section })
    seen.add(id)
  }
  return { cases, problems }
}

/** The cells of a row with three columns; heads and rulers of tables are no rows. */
function cellsOf(line: string): readonly string[] | undefined {
  if (!line.startsWith('|')) return undefined
  const cells = line
    .slice(1)
    .replace(/\|\s*$/, '')
    .split('|')
    .map((cell) => cell.trim())
  return cells.length < 3 || cells[0] === 'id' || /^-+$/.test(cells[0] ?? '') ? undefined : cells
}
