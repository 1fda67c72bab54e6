import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { behaviours, type Outcome } from '../../portable/behaviours'
import { type PortableServer, startServer } from '../../portable/server'
import { type Installed, installPackage, program, runtimes } from './installed-package'
import { serveWorker } from './workerd'

const run = promisify(execFile)

const node = process.execPath
const nodes: Readonly<Record<string, string>> = {
  'this Node': node,
  'Node 22': join(runtimes, 'node-22/bin/node'),
  'Node 24': join(runtimes, 'node-24/bin/node'),
  'Node 26': join(runtimes, 'node-26/bin/node'),
}
// Where its install script has run, the program has been moved.
const bun = [join(runtimes, '@oven/bun-linux-x64/bin/bun'), join(runtimes, 'bun/bin/bun.exe')].find(existsSync) ?? 'bun'
const deno = join(runtimes, '@deno/linux-x64-glibc/deno')

describe('the built package', () => {
  let installed: Installed
  let server: PortableServer
  let esm: string
  let commonJs: string

  beforeAll(async () => {
    installed = await installPackage()
    server = await startServer()
    esm = await installed.bundle('esm.mjs', program, { format: 'esm', platform: 'node' })
    commonJs = await installed.bundle('common.cjs', program, { format: 'cjs', platform: 'node' })
  }, 60_000)

  afterAll(async () => {
    await server.close()
    await installed.remove()
  })

  const outcomeOf = async (command: string, ...args: readonly string[]): Promise<Outcome> => {
    const { stdout } = await run(command, [...args, server.origin], { cwd: installed.folder, timeout: 60_000 })
    return JSON.parse(stdout)
  }

  it.each(Object.entries(nodes))('behaves in %s, as an ES module', async (_, command) => {
    expectAll(await outcomeOf(command, esm))
  })

  it.each(Object.entries(nodes))('behaves in %s, as a CommonJS module', async (_, command) => {
    expectAll(await outcomeOf(command, commonJs))
  })

  it('behaves in Bun, as an ES module and as a CommonJS module', async () => {
    expectAll(await outcomeOf(bun, esm))
    expectAll(await outcomeOf(bun, commonJs))
  })

  it('behaves in Deno', async () => {
    expectAll(await outcomeOf(deno, 'run', '--allow-net', '--allow-read', '--allow-env', esm))
  })

  it('lets Deno end, with a client on web storage', async () => {
    const ending = await installed.bundle(
      'ending.mjs',
      `import { AuthenticatedClient, webStorageStore } from 'authenticated-client'
       const client = new AuthenticatedClient({ baseUrl: 'https://api.example.com', store: webStorageStore('app') })
       await client.setTokens({ accessToken: 'a' })
       console.log(client.state.status)`,
      { format: 'esm', platform: 'node' },
    )

    const { stdout } = await run(deno, ['run', ending], { cwd: installed.folder, timeout: 20_000 })

    expect(stdout).toBe('authenticated\n')
  })

  it.each([
    ['2026-07-01', ''],
    // Before it knew how to ask for no cache. Then it also took `Authorization` along to other origins, unless told otherwise.
    ['2024-10-01', '"strip_authorization_on_cross_origin_redirect"'],
  ])('behaves in workerd as of %s, with clients made at module scope', async (date, flags) => {
    await installed.bundle(
      'worker.mjs',
      `import { AuthenticatedClient, asyncStorageStore, clientCredentialsGrant, clientSecretBasic, webStorageStore } from 'authenticated-client'
       import { dpop } from 'authenticated-client/dpop'
       import { indexedDbStore } from 'authenticated-client/indexed-db'
       import { runBehaviours } from './behaviours'
       const wire = { tokenEndpoint: 'https://login.example.com/token', clientId: 'web' }
       const storage = { getItem: async () => null, setItem: async () => {}, removeItem: async () => {} }
       for (const options of [
         { grant: clientCredentialsGrant({ ...wire, clientAuthentication: clientSecretBasic('s') }) },
         { ...wire, getTokens: () => null, saveTokens: () => {} },
         { ...wire, store: asyncStorageStore('app', storage) },
         { ...wire, store: webStorageStore('app'), scheme: dpop() },
         { ...wire, store: indexedDbStore('app') },
       ]) new AuthenticatedClient({ baseUrl: 'https://api.example.com', ...options })
       export default { fetch: async (request) => {
         if (request.method === 'HEAD') return new Response()
         const origin = new URL(request.url).searchParams.get('origin')
         return Response.json(await runBehaviours({ origin, otherOrigin: origin.replace('127.0.0.1', 'localhost') }))
       } }`,
      { format: 'esm', external: [], nodePaths: [join(installed.folder, 'node_modules')] },
    )
    const worker = await serveWorker(installed.folder, date, { flags })

    const response = await fetch(`${worker}/?origin=${encodeURIComponent(server.origin)}`)

    expectAll((await response.json()) as Outcome)
  })
})

function expectAll({ passed, failed }: Outcome): void {
  expect(failed).toEqual([])
  expect(passed).toEqual(Object.keys(behaviours))
}
