import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'

/**
 * The public API of every entry point, from the built types, one report each beside this file. A change of the API shows up as a change of
 * a report: `npm run api` writes them, `npm run api -- --check` fails where one differs.
 */
const root = fileURLToPath(new URL('../..', import.meta.url))
const isCheck = process.argv.includes('--check')
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: Record<string, unknown> }

let differing = 0
for (const [entry, target] of Object.entries(exports)) {
  const types = (target as { import?: { types?: string } }).import?.types
  if (types === undefined) continue
  const report = reportOf(join(root, types))
  const file = join(root, 'test/api', `${basename(types, '.d.ts')}.api.md`)
  if (existsSync(file) && readFileSync(file, 'utf8') === report) continue
  if (!isCheck) writeFileSync(file, report)
  differing++
  console.log(`${isCheck ? 'differs' : 'written'}: ${entry === '.' ? 'authenticated-client' : entry}`)
}
if (isCheck && differing) console.error('The public API has changed: look at the difference, then write the reports with "npm run api".')
process.exitCode = isCheck && differing ? 1 : 0

function reportOf(types: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'authenticated-client-api-'))
  try {
    const config = ExtractorConfig.prepare({
      configObject: {
        projectFolder: root,
        mainEntryPointFilePath: types,
        compiler: {
          overrideTsconfig: {
            compilerOptions: {
              target: 'ES2022',
              lib: ['ES2022', 'DOM'],
              moduleResolution: 'Bundler',
              module: 'ESNext',
              skipLibCheck: true,
              types: [],
            },
            files: [types],
          },
        },
        apiReport: {
          enabled: true,
          reportFileName: 'report',
          reportFolder: folder,
          reportTempFolder: folder,
          includeForgottenExports: true,
        },
        docModel: { enabled: false },
        dtsRollup: { enabled: false },
        tsdocMetadata: { enabled: false },
        newlineKind: 'lf',
      },
      configObjectFullPath: undefined,
      packageJsonFullPath: join(root, 'package.json'),
    })
    Extractor.invoke(config, { localBuild: true, messageCallback: (message) => Object.assign(message, { handled: true }) })
    return readFileSync(join(folder, 'report.api.md'), 'utf8')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
