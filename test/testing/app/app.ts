import { AuthenticatedClient, isAuthError } from 'authenticated-client'

/** The app of the Playwright recipe's test: one button, one line of text. */
const query = new URLSearchParams(location.search)
const shop = query.get('shop') ?? ''
const client = new AuthenticatedClient({ tokenEndpoint: `${query.get('login')}/token`, clientId: 'web', allowedOrigins: [shop] })
const ready = client.setTokens(JSON.parse(query.get('tokens') ?? ''))

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
