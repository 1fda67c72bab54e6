import { AuthenticatedClient } from 'authenticated-client'
import { expect, it } from 'vitest'
import { api, authorizationServer, network, unauthorized } from '../../test/support/authorization-server'
import { quiet } from '../../test/support/clock'
import { type SignInAgain, signInAgain } from './sign-in-again-dialog'
import { onSessionChange } from './works-with/on-session-change'

async function withDialogs() {
  const login = authorizationServer()
  const service = api(login)
  const dialogs: SignInAgain[] = []
  const client = new AuthenticatedClient({
    tokenEndpoint: login.tokenEndpoint,
    clientId: 'web',
    allowedOrigins: [service.origin],
    fetch: network(login, service),
    ...signInAgain((dialog) => void dialogs.push(dialog)),
  })
  await client.setTokens(login.signIn())
  const stronger = login.signIn()
  const next = login.signIn()
  service.always(({ url, headers }) =>
    url.endsWith('/pay') && headers.get('authorization') !== `Bearer ${stronger.accessToken}`
      ? unauthorized('Bearer error="insufficient_user_authentication", acr_values="mfa"')
      : undefined,
  )
  const payments = Promise.all([1, 2].map(() => client.fetch(`${service.origin}/pay`, { method: 'POST' })))
  await quiet()
  return { client, service, dialogs, stronger, payments, next }
}

it('shows one dialog, lets other calls pass, and sends what waited again afterwards', async () => {
  const { client, service, dialogs, stronger, payments } = await withDialogs()

  const other = await client.fetch(`${service.origin}/me`)
  dialogs[0]?.close(stronger)

  expect(other.status).toBe(200)
  expect((await payments).map(({ status }) => status)).toEqual([200, 200])
  expect(dialogs.map(({ why }) => why)).toEqual(['insufficient_user_authentication'])
})

it("gives the API's own answer to who says no", async () => {
  const { dialogs, payments } = await withDialogs()

  dialogs[0]?.close(null)

  expect((await payments).map(({ status }) => status)).toEqual([401, 401])
})

it('hides the dialog of who signs out, and what is signed in there all the same is not the next one’s', async () => {
  const { client, service, dialogs, stronger, payments, next } = await withDialogs()
  let isShown = true
  onSessionChange(client, () => {
    isShown = false
  })

  await client.logout()
  await client.setTokens(next)
  dialogs[0]?.close(stronger)
  await client.fetch(`${service.origin}/me`)

  expect(isShown).toBe(false)
  expect((await payments).map(({ status }) => status)).toEqual([401, 401])
  expect(service.requests.at(-1)?.headers.get('authorization')).toBe(`Bearer ${next.accessToken}`)
})
