import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { canariesIn } from './canaries-in.ts'

// tsx test/leaks/scan.ts <folder>: fails where what a test run has printed or reported shows a secret. The secret isn't repeated.
const [, , folder = '.'] = process.argv
const files = readdirSync(folder)
const leaks = files.flatMap((name) => canariesIn(readFileSync(join(folder, name), 'utf8')).map((line) => `${name}:${line}`))
console.log(leaks.length === 0 ? `No secret in ${files.length} files.` : `A secret shows in ${leaks.join(', ')}`)
if (leaks.length > 0 || files.length === 0) process.exitCode = 1
