import type { FormPost } from './form-post'
import type { GrantContext } from './grant'

export interface GrantParameterOptions {
  /**
   * Space-separated. What `forResource` or a step-up asks for goes before it.
   * @default absent: the server decides
   */
  readonly scope?: string | null | undefined
  /** Parameters beyond the RFC's, such as `audience`. The ones the grant sends itself go before them. */
  readonly parameters?: FormPost['parameters'] | null | undefined
}

/** The form of a token request, without the client authentication; no name occurs twice (RFC 6749 §3.2). */
export function grantParameters(
  own: Record<string, string>,
  options: GrantParameterOptions,
  context: GrantContext,
): FormPost['parameters'] {
  const { scope = options.scope, resource, claims } = context
  const parameters = { ...options.parameters, ...own }
  if (scope) parameters.scope = scope
  if (resource) parameters.resource = resource
  if (claims) parameters.claims = claims
  return parameters
}
