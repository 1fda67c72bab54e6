import { expect, it } from 'vitest'
import { jwt } from '../diagnose/fixtures'
import { decoded, explained } from './in-process'

const key = 'gho_16C7e42F292c6912E7710c838347Ae178B4a'
const shownBy = async (token: string, args: readonly string[]) => [
  (await decoded(token, args)).out,
  (await explained(['GET /me HTTP/1.1', `Authorization: Bearer ${token}`, '', 'HTTP/1.1 401 Unauthorized', ''].join('\n'), args)).out,
]

it.each([
  ['by its name', { provider_token: 'hunter2' }],
  ['by its name, in a list', { apiKeys: ['hunter2'] }],
  ['by the name of what it stands in', { upstreamCredentials: { password: { value: 'hunter2' } } }],
  ['by its looks', { act: { tok: key } }],
  ['by its looks, within a text', { note: `use ${key} there` }],
  ['because it is a JWT', { inner: [jwt({ sub: 'bob' })] }],
])('shows no secret that stands in a claim, known %s', async (_, claims) => {
  for (const args of [[], ['--json']])
    for (const out of await shownBy(jwt({ iss: 'https://issuer.example', ...claims }), args)) {
      expect(out).toContain('https://issuer.example')
      expect(out).toContain('[redacted]')
      expect(out).not.toMatch(/hunter2|gho_|eyJ/)
    }
})

it('shows the header of a token that is encrypted, and says that its claims are', async () => {
  const header = { alg: 'dir', enc: 'A256GCM', kid: 'key-1' }
  const token = `${Buffer.from(JSON.stringify(header)).toString('base64url')}..aXY.Y2lwaGVy.dGFn`

  const { code, out } = await decoded(token)
  const { out: asJson } = await decoded(token, ['--json'])

  expect(code).toBe(0)
  expect(out).toContain('enc: A256GCM')
  expect(out).toContain('Claims (encrypted: only whom the token was issued for can read them)')
  expect(out).not.toContain('Y2lwaGVy')
  expect(JSON.parse(asJson)).toEqual({ header })
})

it('shows the names that a token holds, long and mixed as they may be', async () => {
  const name = '0123456789abcdefghijABCDEFGHIJ'
  const claims = { iss: name, aud: [name], sub: name, jti: name, sid: name, azp: name, cnf: { jkt: name }, token_use: 'access', exp: 1 }
  const header = { alg: 'RS256', kid: name }

  for (const out of await shownBy(jwt(claims, header), ['--json'])) {
    const { token = JSON.parse(out) } = JSON.parse(out)

    expect(token).toEqual({ header, claims })
  }
})
