import { expect, it, onTestFinished, vi } from 'vitest'
import { startAuthorizationServer } from '../../playground/servers/authorization-server'
import { signIn } from '../../playground/servers/sign-in'

it('redeems a refresh token for as long as it says, so that the page can be left open', async () => {
  const server = await startAuthorizationServer({ refreshTokenLifetime: 86_400_000 })
  onTestFinished(() => server.close())
  const { refreshToken = '' } = await signIn(server)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 23 * 3_600_000 })
  onTestFinished(() => void vi.useRealTimers())

  const answer = await fetch(server.tokenEndpoint, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', client_id: server.web.clientId, refresh_token: refreshToken }),
  })

  expect(answer.status).toBe(200)
})
