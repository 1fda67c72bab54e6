import type { TokenSet } from 'authenticated-client'
import type { Premises } from '../servers/workshop'
import type { Bench, BenchOptions } from './causes/cause'
import type { Heard } from './heard'
import { type Watched, watch } from './watch'

/** Where experiments are made: a new client for each, told of in one run. */
export function openBench(servers: Premises, tell: (heard: Heard) => void): Bench {
  const client = (tokens: TokenSet | null, options: BenchOptions): Watched => {
    let held = tokens
    return watch(
      'This page',
      { servers, tell },
      {
        allowedOrigins: [servers.api, location.origin],
        getTokens: () => held,
        saveTokens: (next) => {
          held = next
        },
        clearTokens: () => {
          held = null
        },
        ...options,
      },
    )
  }

  return {
    servers,
    api: (path) => servers.api + path,
    proxied: (proxy, path) => `${location.origin}/proxy/${proxy}${path}`,
    webApp: (tokens, options = {}) => client(tokens, { tokenEndpoint: servers.tokenEndpoint, clientId: servers.clientId, ...options }),
    holder: (tokens, options = {}) => client(tokens, options),
  }
}
