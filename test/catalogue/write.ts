import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { catalogueInMarkdown } from './named-by.ts'

// tsx test/catalogue/write.ts <file>: for the API docs (`npm run docs`).
const [, , file = '.cache/catalogue.md'] = process.argv
mkdirSync(dirname(file), { recursive: true })
writeFileSync(file, `---\ntitle: Faults and attacks\n---\n\n${catalogueInMarkdown()}`)
