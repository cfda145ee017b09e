import type { YAMLError } from 'yaml'

/**
 * What is wrong with the text of a YAML file, in words of our own: the parser's messages quote the file, and a file may
 * hold what must not be shown.
 */
const sentences: Partial<Record<YAMLError['code'], string>> = {
  BAD_ALIAS: 'has an alias without a name; quote a text that begins with *',
  BAD_COLLECTION_TYPE: 'has a tag that does not fit its value; take the tag away',
  BAD_DQ_ESCAPE: 'has an escape that YAML does not know; use single quotes where a backslash is meant',
  BAD_INDENT: 'is indented wrongly, or a bracket is not closed; align it with the lines it belongs to',
  BAD_SCALAR_START: 'begins a text with a reserved character; put the text in quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'has keys below or behind a value: look for a wrong indent here or on the next line, or quote a text that holds ": "',
  BLOCK_IN_FLOW: 'mixes indented lines into brackets; close the bracket first',
  MISSING_CHAR: 'misses a closing quote or bracket, or a comma',
  MULTILINE_IMPLICIT_KEY: 'has a key that goes over several lines; look for a missing colon above',
  MULTIPLE_DOCS: 'holds several YAML documents; put each into a file of its own and name the files in order',
  RESOURCE_EXHAUSTION: 'nests too deeply to be read',
  TAB_AS_INDENT: 'is indented with a tab; use spaces',
  UNEXPECTED_TOKEN: 'has something here that does not belong; look for a wrong indent or a missing quote',
}

/** What is wrong with the text of a YAML file, and never what the text says. */
export function yamlMistake({ code }: YAMLError): string {
  return sentences[code] ?? `is not valid YAML (${code})`
}
