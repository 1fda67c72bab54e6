import type { MaybePromise } from '../platform/maybe-promise'
import type { TestAuthorizationServer } from './authorization-server'
import { jsonResponse } from './json-response'
import { anonymousRefusal, loginPage, type RefusalName, refusal } from './refusal'
import { serverOrigin } from './server-origin'
import { type ReceivedRequest, type TestServer, testServer } from './test-server'

/** Options of `api`. */
export interface ApiOptions {
  /** Whose access tokens it takes. */
  readonly authorizationServer: Pick<TestAuthorizationServer, 'tokens'>
  /**
   * Where it is; a path is dropped.
   * @default 'https://api.example.com'
   */
  readonly origin?: string | undefined
  /**
   * How it says no. Can be changed later: `api.refusal = 'no-header'`.
   * @default 'invalid-token'
   */
  readonly refusal?: RefusalName | undefined
  /**
   * The scope that a request needs, space-separated; one whose token lacks part of it gets a 403 `insufficient_scope` (RFC 6750 §3.1).
   * @default none
   */
  readonly scopeOf?: ((request: ReceivedRequest) => string | undefined) | undefined
  /**
   * What a request with a good access token gets.
   * @default 200 and JSON: `{ sub, method, url, body }`
   */
  readonly serve?: ((request: ReceivedRequest, user: { readonly sub: string }) => MaybePromise<Response>) | undefined
}

/** An API in memory that takes Bearer tokens, with every wrong way to answer 401 as a switch. */
export interface TestApi extends TestServer {
  /** How it says no from now on. @throws {TypeError} where it is set to a name that is not among `refusalNames()`. */
  refusal: RefusalName
  /** How often it refused a token, or a request without one; 403s for a scope are not counted. */
  readonly refusals: number
}

/**
 * Makes an API in memory.
 * @throws {TypeError} for a `refusal` that is not among `refusalNames()`, or an origin that is none.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 §3}
 */
export function api(options: ApiOptions): TestApi {
  const { authorizationServer, scopeOf } = options
  const origin = serverOrigin(options.origin ?? 'https://api.example.com')
  const state = { refusal: checked(options.refusal ?? 'invalid-token'), refusals: 0 }

  const server = testServer(origin, async (request) => {
    // Where `login-redirect` leads: to a page for everybody.
    if (request.url === `${origin}/login`) return loginPage()
    const token = /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
    const access = authorizationServer.tokens.accepts(token ?? '')
    if (!access) {
      state.refusals++
      const answer = token === undefined ? anonymousRefusal(state.refusal) : await refusal(state.refusal)(request, neverUsual)
      return answer ?? jsonResponse(401, {})
    }
    const { scope = '' } = access.issued
    const needed = scopeOf?.(request)
    if (needed && !needed.split(' ').every((part) => scope.split(' ').includes(part))) {
      const challenge = `Bearer realm="api", error="insufficient_scope", scope="${needed}"`
      return jsonResponse(403, { error: 'insufficient_scope' }, { 'www-authenticate': challenge })
    }
    return (options.serve ?? echo)(request, { sub: access.family.sub })
  })

  return {
    ...server,
    get refusal() {
      return state.refusal
    },
    set refusal(name) {
      state.refusal = checked(name)
    },
    get refusals() {
      return state.refusals
    },
  }
}

function echo({ method, url, text }: ReceivedRequest, { sub }: { readonly sub: string }): Response {
  return jsonResponse(200, { sub, method, url, body: text })
}

/** @throws {TypeError} by `refusal`, for a name that is none. */
function checked(name: RefusalName): RefusalName {
  refusal(name)
  return name
}

/** No refusal asks for the usual answer. */
function neverUsual(): Promise<Response> {
  return new Promise(() => {})
}
