import { describe, expect, it } from '@jest/globals'
import { asCommonJs, asModule, readmeProgram } from './readme-program.js'

const readme = `# Title

\`\`\`sh
npm install
\`\`\`

\`\`\`ts
import { join } from 'node:path'

const path: string = join('a', 'b')
console.log(path)
\`\`\`

It prints:

\`\`\`text
a/b
\`\`\`

\`\`\`ts
const second = 2
\`\`\`
`

describe('readmeProgram', () => {
  it('takes the first program and what it prints', () => {
    const { source, prints } = readmeProgram(readme)
    expect(source).toMatch(/^import .*\n\nconst path: string .*\nconsole\.log\(path\)\n$/)
    expect(prints).toBe('a/b\n')
  })

  it('refuses a README that does not say what its program prints', () => {
    expect(() => readmeProgram('```ts\nconst a = 1\n```\n')).toThrow(TypeError)
  })
})

describe('asModule', () => {
  it('takes the types away', () => {
    expect(asModule(readmeProgram(readme).source)).toContain("const path = join('a', 'b')")
  })
})

describe('asCommonJs', () => {
  it('requires what the program imports', () => {
    const lines = asCommonJs(readmeProgram(readme).source).split('\n')
    expect(lines).toContain('const node_path_1 = require("node:path");')
  })
})
