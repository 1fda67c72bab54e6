type Attributes = Record<string, string | number>

/** Values from outside are counted under few names: each new one would be a time series of its own. */
export function known(value: string, list: RegExp): string {
  return list.test(value) ? value : '_OTHER'
}

export const methods = /^(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|QUERY)$/
export const failures = /^(AbortError|TimeoutError|TypeError)$/
/** The reasons of `decide` itself, and the registered codes of RFC 6750, 9449 and 9470: a server may send any other. */
export const reasons =
  /^(another origin|session changed|answered already|contradictory|newer credentials|scheme (answers|refuses)|refused|foreign scheme|nothing to refresh|cooling down|budget spent|no refresh token|unauthorized|invalid_(token|request|dpop_proof)|insufficient_(scope|user_authentication|claims)|use_dpop_nonce)$/

/** How the causes of a diagnosis are written. */
export const causes = /^[a-z]{1,20}(-[a-z]{1,20}){0,3}$/

export function causeOf(diagnosis: unknown): Attributes {
  const { cause } = Object(diagnosis) as { cause?: unknown }
  return typeof cause === 'string' ? { cause: known(cause, causes) } : {}
}

export function serverOf(url: string): Attributes {
  const [, scheme, host, port] = /^(https?):\/\/(\[[^\]]*\]|[^/:]+)(?::(\d+))?/.exec(url) ?? []
  if (!host) return {}
  return { 'server.address': host, 'server.port': Number(port ?? (scheme === 'http' ? 80 : 443)) }
}
