import {
  bearerTokenAuthenticationPolicy,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
  type HttpClient,
} from '@azure/core-rest-pipeline'
import type { Contestant } from '../../bench/contestant.ts'
import { StoredPair } from '../matrix/stored-pair.ts'

/**
 * The default pipeline with `bearerTokenAuthenticationPolicy`; the credential posts for new tokens when it is asked. Of all 401s the
 * policy answers only those with a claims challenge, so it is sent one. It refuses http: the transport takes the s off again.
 */
export const azureCore: Contestant = {
  name: '@azure/core-rest-pipeline',
  server: { challenge: 'Bearer error="insufficient_claims", claims="e30="' },
  start({ tokenEndpoint, api, fetch, signIn }) {
    const pair = new StoredPair(signIn)
    const pipeline = createPipelineFromOptions({})
    let isFirst = true
    const getToken = async () => {
      if (!isFirst) {
        const response = await fetch(tokenEndpoint, { method: 'POST', body: new URLSearchParams(pair.form) })
        if (!response.ok) throw new Error(`The token endpoint says ${response.status}`)
        pair.store(await response.json())
      }
      isFirst = false
      return { token: String(pair.accessToken), expiresOnTimestamp: Date.now() + 3_600_000 }
    }
    pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential: { getToken }, scopes: 'api' }), { phase: 'Sign' })
    const { protocol } = new URL(api)
    const url = `${api}/me`.replace(/^http:/, 'https:')
    const transport: HttpClient = {
      async sendRequest(request) {
        const headers = request.headers.toJSON({ preserveCase: true })
        const signal = request.abortSignal as AbortSignal | undefined
        const response = await fetch(request.url.replace(/^https:/, protocol), {
          method: request.method,
          headers,
          ...(signal && { signal }),
        })
        return {
          request,
          status: response.status,
          headers: createHttpHeaders(Object.fromEntries(response.headers)),
          bodyAsText: await response.text(),
        }
      },
    }
    return {
      logouts: () => 0,
      async get({ headers, signal } = {}) {
        const request = createPipelineRequest({
          url,
          ...(headers && { headers: createHttpHeaders(headers) }),
          ...(signal && { abortSignal: signal }),
        })
        const response = await pipeline.sendRequest(transport, request)
        if (response.status !== 200) throw new Error(`The call ended with ${response.status}`)
        return JSON.parse(response.bodyAsText ?? '')
      },
    }
  },
}
