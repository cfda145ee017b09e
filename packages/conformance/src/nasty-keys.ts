/**
 * Keys that have been mistaken for each other, or for something else, before. All of them are different, and all are
 * well-formed Unicode, so that a store may keep them as UTF-8.
 */
export function nastyKeys(): readonly string[] {
  const long = 'k'.repeat(10_000)
  return [
    ...['', ' ', '  ', '\n', '\u0000', 'a\u0000', 'a\u0000b'],
    ...['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'undefined', 'null', 'NaN'],
    ...['7', '07', '007', '7.0', '-7', '1e3', '1000'],
    ...['k', 'K', '\u00e9', 'e\u0301', 'ß', 'ss', '💥', '\ufffd', '\u2028', '\ufeffk'],
    ...['a:b', 'a:b:', ':a:b', 'a.b', 'a/b', 'a b', 'a*', 'a?', '[a]', '{a}', '{a}b', '"a"', "'a'", '\\a', '%61'],
    ...[long, `${long}1`, `${long}2`],
  ]
}
