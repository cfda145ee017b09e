import { writeFileSync } from 'node:fs'
import { generatedFiles } from './generated.js'

for (const { path, text } of generatedFiles()) writeFileSync(path, text)
