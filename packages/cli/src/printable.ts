/** Text that cannot steer a terminal: control characters but line ends become their escapes, such as `\u001b`. */
export function printable(text: string): string {
  return text.replace(/(?!\n)[\p{Cc}\u2028\u2029]/gu, escaped)
}

function escaped(character: string): string {
  const json = JSON.stringify(character).slice(1, -1)
  return json === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : json
}
