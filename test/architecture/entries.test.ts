import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { limits } from '../size/limits.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const entries = readdirSync(`${root}src`).filter((file) => file.endsWith('.ts'))

/** Entry points, and the file that each of them is about: no other may bring it along. */
const rooms: Readonly<Record<string, string>> = {
  'basic.ts': 'schemes/basic.ts',
  'digest.ts': 'schemes/digest.ts',
  'api-key.ts': 'schemes/api-key.ts',
  'dpop.ts': 'schemes/dpop.ts',
  'jose.ts': 'grants/jwt-client-authentication.ts',
  'token-exchange.ts': 'grants/token-exchange.ts',
  'jwt-bearer.ts': 'grants/jwt-bearer.ts',
  'discover.ts': 'grants/discover.ts',
  'graphql.ts': 'schemes/graphql-unauthenticated.ts',
  'node.ts': 'stores/file.ts',
  'redis.ts': 'stores/redis.ts',
  'indexed-db.ts': 'stores/indexed-db.ts',
  'react-native.ts': 'stores/secure-storage.ts',
  'opentelemetry.ts': 'client/open-telemetry.ts',
  'diagnose.ts': 'diagnose/diagnose.ts',
  'testing.ts': 'testing/authorization-server.ts',
}

it.each(Object.entries(rooms))('%s brings no other entry along', async (entry) => {
  const inputs = await inputsOf(entry)

  const foreign = Object.entries(rooms).filter(([name, file]) => name !== entry && inputs.includes(`src/${file}`))
  expect(foreign).toEqual([])
  expect(inputs.some((input) => input.startsWith('src/client/authenticated-client'))).toBe(false)
})

it('the main entry brings none of them along, and no package but jwt-decode', async () => {
  const inputs = await inputsOf('index.ts')

  expect(Object.values(rooms).filter((file) => inputs.includes(`src/${file}`))).toEqual([])
  expect(inputs.filter((input) => input.startsWith('node_modules/') && !input.startsWith('node_modules/jwt-decode/'))).toEqual([])
})

it('package.json exports every entry point', () => {
  const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

  const expected = entries.filter((file) => file !== 'cli.ts').map((file) => (file === 'index.ts' ? '.' : `./${file.replace('.ts', '')}`))
  expect(Object.keys(exports).sort()).toEqual([...expected, './package.json'].sort())
})

it('every entry point that package.json exports has limits of its size', () => {
  const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

  const limited = new Set(limits.map(({ entry }) => entry))
  expect([...limited, './package.json'].sort()).toEqual(Object.keys(exports).sort())
})

async function inputsOf(entry: string): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [`${root}src/${entry}`],
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    external: ['@opentelemetry/api'],
    metafile: true,
  })
  const [output] = Object.values(metafile.outputs)
  return Object.entries(output?.inputs ?? {}).flatMap(([input, { bytesInOutput }]) => (bytesInOutput ? [input] : []))
}
