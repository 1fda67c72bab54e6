// Tokens bound to a key (DPoP, RFC 9449): a stolen token is of no use without the key, which stays in IndexedDB and can't be exported. Your
// sign-in redeems the authorization code with a proof made with that key; from then on the client adds a proof to every request.
import { AuthenticatedClient, type TokenStore } from 'authenticated-client'
import { type DpopKeyStore, type DpopScheme, dpop } from 'authenticated-client/dpop'

export function boundClient(options: {
  tokenEndpoint: string
  clientId: string
  baseUrl: string
  store: TokenStore
  keyStore: DpopKeyStore
}): {
  readonly client: AuthenticatedClient
  readonly scheme: DpopScheme
} {
  const { keyStore, ...rest } = options
  const scheme = dpop({ keyStore }) // In a browser: indexedDbKeyStore('my-app').
  return { client: new AuthenticatedClient({ ...rest, scheme }), scheme }
}

/**
 * Redeems the authorization code with a proof, as your sign-in library does when it is given the same key. A server that wants a nonce in
 * the proof refuses the first one and sends a nonce (RFC 9449 §8). The code is still good then: the second post succeeds.
 */
export async function redeem(scheme: DpopScheme, tokenEndpoint: string, form: Record<string, string>): Promise<Response> {
  const post = async (): Promise<Response> => {
    const response = await fetch(tokenEndpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', dpop: await scheme.proof('POST', tokenEndpoint) },
      body: new URLSearchParams(form).toString(),
    })
    scheme.observe?.(response, tokenEndpoint) // Takes the nonce, for the next proof.
    return response
  }
  const response = await post()
  const wantsNonce = !response.ok && (await response.clone().text()).includes('use_dpop_nonce')
  return wantsNonce ? post() : response
}
