import { writeFileSync } from 'node:fs'
import { referencePages } from './reference-pages.js'

for (const { path, text } of referencePages()) writeFileSync(path, text)
