import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { api, authorizationServer, listen, unsignedJwt } from 'authenticated-client/testing'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'

describe('the command line', () => {
  let folder: string
  let program: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'authenticated-client-cli-'))
    program = join(folder, 'cli.cjs')
    const entry = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
    await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'cjs', outfile: program })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const run = (args: readonly string[], { env = {}, input = '' } = {}) =>
    new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
      const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, ...env } })
      let [out, err] = ['', '']
      child.stdout.on('data', (chunk) => (out += chunk))
      child.stderr.on('data', (chunk) => (err += chunk))
      child.on('close', (code) => resolve({ code, out, err }))
      child.stdin.end(input)
    })
  const expired = unsignedJwt({ sub: 'canary', exp: Math.floor(Date.now() / 1000) - 3_600, aud: 'https://api.example.com' })

  it('explains a 401 of a real server: the exchange, the token, the cause, the fixes, and how to see it again', async () => {
    const shop = await start()

    const { code, out } = await run(['explain', `${shop.origin}/me?secret=canary`, '--token-env', 'TOKEN', '-H', 'X-Tenant: 7'], {
      env: { TOKEN: expired },
    })

    expect(code).toBe(1)
    expect(out).toContain('< 401')
    expect(out).toContain('The access token expired 60 minutes ago.')
    expect(out).toMatch(/exp \d+ \(\d{4}-.*ago\)/)
    expect(out).toContain(`curl -v -H "Authorization: Bearer $TOKEN" -H 'x-tenant: 7' '${shop.origin}/me?…'`)
    expect(out).not.toContain(expired)
    expect(out).not.toContain('secret=canary')
    expect(out).not.toContain('\u001b')
  })

  it('takes the token from standard input, and says 0 where it is good', async () => {
    const shop = await start()

    const { code, out } = await run(['explain', `${shop.origin}/me`, '--token-stdin'], { input: `${shop.token}\n` })

    expect([code, out.includes('A 200 is not about credentials.')]).toEqual([0, true])
  })

  it('prints JSON', async () => {
    const shop = await start()

    const { out } = await run(['explain', `${shop.origin}/me`, '--json'])

    expect(JSON.parse(out)).toMatchObject([{ cause: 'no-credentials', party: 'client' }])
  })

  it('says 3 where no answer comes', async () => {
    expect((await run(['explain', 'http://127.0.0.1:9/'])).code).toBe(3)
  })

  it('reads a pasted curl -v', async () => {
    const transcript = `* Connected\n> GET /me HTTP/1.1\n> Host: api.example.com\n> Authorization: Bearer: canary\n> \n< HTTP/1.1 401 Unauthorized\n< WWW-Authenticate: Bearer\n< \n{"message":"no"}`

    const { code, out } = await run(['explain', '--from', '-'], { input: transcript })

    expect(code).toBe(1)
    expect(out).toContain('has a colon behind the scheme')
    expect(out).not.toContain('canary')
  })

  it('reads a HAR, the refused requests of it', async () => {
    const file = join(folder, 'session.har')
    const entry = (status: number, headers: object[]) => ({
      request: { method: 'GET', url: 'https://api.example.com/me', headers: [{ name: 'authorization', value: 'Bearer canary' }] },
      response: { status, headers, content: {} },
    })
    await writeFile(file, JSON.stringify({ log: { entries: [entry(200, []), entry(401, [{ name: 'Age', value: '60' }])] } }))

    const { out } = await run(['explain', '--from', file, '--json'])

    expect(JSON.parse(out).map(({ cause }: { cause: string }) => cause)).toEqual(['cached-response'])
  })

  it('decodes a token, with times in words and without its signature', async () => {
    const { code, out } = await run(['decode'], { input: expired })

    expect(code).toBe(0)
    expect(out).toMatch(/alg ES256[\s\S]*aud https:\/\/api\.example\.com/)
    expect(out).toMatch(/exp \d+ \(.*, 60 minutes ago\)/)
  })

  it.each([
    [['decode'], 'no token', 'This is no JWT'],
    [['explain'], '', 'Give the URL'],
    [['explain', '--from', 'no-such-file'], '', 'no such file'],
    [['explain', '--from', '-'], 'hello', 'no exchange in it'],
    [['explain', 'https://api.example.com', '--token-env', 'NO_SUCH_VARIABLE'], '', 'is empty'],
    [['explain', '--no-such-option'], '', ''],
  ])('says 2 for %j', async (args, input, message) => {
    const { code, err } = await run(args, { input })

    expect(code).toBe(2)
    expect(err).toContain(message)
  })

  it('teaches by --help: where the token comes from, exit codes, examples', async () => {
    const { code, out } = await run(['--help'])

    expect(code).toBe(0)
    expect(out).toMatch(/Exit codes:[\s\S]*Examples:/)
    expect(out).toContain('never from the command line')
  })
})

async function start() {
  const login = authorizationServer()
  const shop = await listen(createServer, (origin) => api({ origin, authorizationServer: login }))
  onTestFinished(() => shop.close())
  return { origin: shop.origin, token: login.signIn().accessToken }
}
