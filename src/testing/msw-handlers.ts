import type { TestServer } from './test-server'

/** The part of msw's `http` that is used. */
export interface MswHttp<Handler> {
  /** A handler for all methods. */
  all(path: string, resolver: (info: { readonly request: Request }) => Promise<Response>): Handler
}

/**
 * The servers as handlers of msw: `setupServer(...mswHandlers(http, login, api))`, or `setupWorker` in a browser.
 * @param http msw's own, handed in, so that who doesn't use msw doesn't need it.
 */
export function mswHandlers<Handler>(http: MswHttp<Handler>, ...servers: readonly TestServer[]): readonly Handler[] {
  return servers.map((server) => http.all(pathsOf(server), ({ request }) => server.answer(request).catch(() => Response.error())))
}

/** All of them. To msw a colon begins a parameter, but before a port and after the scheme: those of an IPv6 address are escaped. */
function pathsOf({ origin }: TestServer): string {
  return `${origin.replace(/:(?![\d/])/g, '\\:')}/*`
}
