import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { AuthenticatedClient } from 'authenticated-client'
import { digest } from 'authenticated-client/digest'
import { describe, expect, it } from 'vitest'
import { startApache, startLighttpd, user } from './servers'

const run = promisify(execFile)

describe.each([
  ['Apache', 'MD5', startApache],
  ['lighttpd', 'SHA-256', startLighttpd],
] as const)('%s (%s)', (_, algorithm, start) => {
  it('serves twenty calls at once, each proved with a count of its own', async () => {
    const { client, baseUrl } = await clientOf(start)
    const challenge = (await fetch(`${baseUrl}/me`)).headers.get('www-authenticate')

    const responses = await Promise.all(Array.from({ length: 20 }, () => client.fetch('/me?a=1&b=%20')))

    expect(challenge).toMatch(new RegExp(`algorithm=${algorithm}`, 'i'))
    expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(await responses[0]?.text()).toBe('hello')
  })

  it('refuses a wrong password once, and is not asked again', async () => {
    const { client, sends } = await clientOf(start, { ...user, password: 'wrong' })

    expect((await client.fetch('/me')).status).toBe(401)

    expect(sends()).toBe(2)
  })

  it('serves curl on the same terms', async () => {
    const { baseUrl } = await clientOf(start)

    const { stdout } = await run('curl', ['-s', '--digest', '-u', `${user.username}:${user.password}`, `${baseUrl}/me`])

    expect(stdout).toBe('hello')
  })
})

it('Apache says stale once its nonce is two seconds old, and is given a new proof without a question', async () => {
  const { client, sends } = await clientOf(startApache)
  await client.fetch('/me')
  const before = sends()

  await expect
    .poll(
      async () => {
        const sent = sends()
        const { status } = await client.fetch('/me')
        return [status, sends() - sent]
      },
      { timeout: 10_000, interval: 3_000 },
    )
    .toEqual([200, 2])

  expect(before).toBe(2)
})

async function clientOf(start: () => Promise<string>, credentials = user) {
  const baseUrl = await start()
  let sends = 0
  const client = new AuthenticatedClient({
    baseUrl,
    scheme: digest(credentials),
    fetch: (input, init) => {
      sends++
      return fetch(input, init)
    },
  })
  return { client, baseUrl, sends: () => sends }
}
