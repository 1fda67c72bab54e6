import { execFile } from 'node:child_process'
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Installed, installPackage, root, runtimes } from './installed-package'

const run = promisify(execFile)

/** What a user writes, in the strictest setting: a type that an older compiler can't read fails here. */
const consumer = `
import { AuthenticatedClient, type ClientEvent, type Grant, type TokenSet, type TokenStore, isAuthError, memoryStore, parseChallenges } from 'authenticated-client'
import { api, authorizationServer, testFetch } from 'authenticated-client/testing'
import { openTelemetry } from 'authenticated-client/opentelemetry'

let tokens: TokenSet | null = null
const client = new AuthenticatedClient({
  tokenEndpoint: 'https://login.example.com/token',
  clientId: 'web',
  allowedOrigins: ['https://api.example.com'],
  getTokens: () => tokens,
  saveTokens: (next) => { tokens = next },
  onLogout: ({ reason }) => { const known: 'refresh_rejected' | 'no_refresh_token' | 'signed_out' | 'ended_elsewhere' = reason; void known },
  onEvent: (event: ClientEvent) => { if (event.type === 'decision') event.row.toFixed() },
})
const fetchLike: typeof globalThis.fetch = client.fetch
const grant: Grant = async () => ({ accessToken: 'x' })
const store: TokenStore = memoryStore()
new AuthenticatedClient({ baseUrl: 'https://api.example.com', grant, store, onEvent: openTelemetry() })
try { await fetchLike('/') } catch (error) { if (isAuthError(error, 'ERR_REFRESH_UNAVAILABLE')) error.code.length }
const login = authorizationServer()
testFetch(login, api({ authorizationServer: login }))
export const schemes: readonly string[] = parseChallenges('Bearer').map(({ scheme }) => scheme)
if (client.state.status === 'authenticated') client.state.generation.toFixed()
// @ts-expect-error A state without a session has no generation.
client.state.generation
// @ts-expect-error There is no such option.
new AuthenticatedClient({ baseUrl: '/', retries: 3 })
`

const entries =
  'basic digest api-key dpop jose token-exchange jwt-bearer discover graphql indexed-db node redis react-native diagnose opentelemetry testing'

describe('the published types', () => {
  let installed: Installed
  beforeAll(async () => {
    installed = await installPackage({ types: true })
    await writeFile(join(installed.folder, 'consumer.mts'), consumer)
    await writeFile(join(installed.folder, 'consumer.cts'), consumer.replace(/try \{ await .*\n/, ''))
  }, 120_000)
  afterAll(() => installed.remove())

  it.each(['5.4', '5.9', '6', '7'])('are read by TypeScript %s, strictly, from ES modules and CommonJS', async (version) => {
    const compiler = join(runtimes, `typescript-${version}/bin/tsc`)
    const options =
      '--noEmit --strict --exactOptionalPropertyTypes --target es2022 --module nodenext --moduleResolution nodenext --lib es2022,dom,dom.iterable'

    const { stdout } = await run(process.execPath, [compiler, ...options.split(' '), 'consumer.mts', 'consumer.cts'], {
      cwd: installed.folder,
    }).catch((error: { stdout: string }) => error)

    expect(stdout).toBe('')
  })

  it('of every entry are read where only Node’s are known, none of the DOM, and libraries are checked', async () => {
    const imports = entries.split(' ').map((entry, index) => `export * as entry${index} from 'authenticated-client/${entry}'\n`)
    for (const name of ['@types/node', 'undici-types'])
      await cp(join(root, 'node_modules', name), join(installed.folder, 'node_modules', name), { recursive: true })
    await writeFile(join(installed.folder, 'service.mts'), `export * from 'authenticated-client'\n${imports.join('')}`)
    const compiler = join(runtimes, 'typescript-5.9/bin/tsc')
    const options = '--noEmit --strict --skipLibCheck false --target es2022 --module nodenext --lib es2022 --types node'

    const { stdout } = await run(process.execPath, [compiler, ...options.split(' '), 'service.mts'], {
      cwd: installed.folder,
    }).catch((error: { stdout: string }) => error)

    expect(stdout).toBe('')
  })
})
