import { AuthenticatedClient, isAuthError } from 'authenticated-client'
import type { UnderTest } from '../../../playground/recipes/test-with-playwright'

/** The app of the Playwright recipe's test: one button, one line of text. */
const { login, shop, tokens } = (globalThis as unknown as { underTest: UnderTest }).underTest
const client = new AuthenticatedClient({ tokenEndpoint: `${login}/token`, clientId: 'web', allowedOrigins: [shop] })
const ready = client.setTokens(tokens)

document.body.innerHTML = '<button>Load</button><output role="status"></output>'
document.querySelector('button')?.addEventListener('click', async () => {
  const say = (text: string): void => {
    const output = document.querySelector('output')
    if (output) output.textContent = text
  }
  say('…')
  try {
    await ready
    const response = await client.fetch(`${shop}/me`)
    say(response.ok ? `Hello ${(await response.json()).sub}` : `Sorry: ${response.status}`)
  } catch (error) {
    say(isAuthError(error, 'ERR_REFRESH_UNAVAILABLE') ? 'Please try again' : String(error))
  }
})
