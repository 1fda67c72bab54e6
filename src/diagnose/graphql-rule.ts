import { type Rule, when } from './rule'

/** What GraphQL says in the errors of an answer that is none by its status. */
export const graphqlRule: Rule = {
  cause: 'graphql-in-band',
  party: 'client',
  summary: 'GraphQL reports the refusal in the body: the HTTP status does not show it.',
  fixes: ['Use `graphqlUnauthenticated` as `isUnauthorized`, so that the client refreshes.'],
  find: ({ status, json, harmless }) => {
    const errors = Array.isArray(json?.errors) ? (json.errors as unknown[]) : []
    const named = errors.flatMap(codesOf)
    const [place, code] =
      named.find(([, name]) =>
        /UNAUTHENTICATED|UNAUTHORIZED|FORBIDDEN|invalid-(jwt|headers)|AUTH_NOT|access[-_]denied|SCOPES$|^authentication([-_ ]error)?$/i.test(
          name,
        ),
      ) ?? []
    const isPartial = /:(?!null)/.test(JSON.stringify(json?.data ?? null))
    const isAnswer = status === 400 || (status === 200 && /^((data|errors|extensions),?)*$/.test(Object.keys(json ?? {}).join()))
    const known = code === 'UNAUTHENTICATED' && (json?.data ?? null) === null
    return when(
      isAnswer && code,
      isPartial ? 59 : 94, // Who has asked for much may miss little.
      `errors[].${place} is ${harmless(code ?? '')}.`,
      /FORBIDDEN|ACCESS_DENIED|SCOPES$/i.test(code ?? '') ? graphqlForbids : known ? undefined : graphqlByAnotherName,
    )
  },
}

/** Most say it in `extensions`; AppSync as `errorType`, GitHub as `type`. */
function codesOf(error: unknown): readonly (readonly [place: string, code: string])[] {
  const { extensions, errorType, type } = Object(error) as { extensions?: unknown; errorType?: unknown; type?: unknown }
  const { code, category } = Object(extensions) as { code?: unknown; category?: unknown }
  return [
    ['extensions.code', String(code)],
    ['errorType', String(errorType)],
    ['type', String(type)],
    ['extensions.category', String(category)],
  ]
}

const graphqlForbids = {
  summary: 'GraphQL reports in the body that the credentials are valid, but do not suffice.',
  fixes: ['Ask whoever runs the API which scope, role or permission is needed.', 'A refresh does not help.'],
}

const graphqlByAnotherName = {
  fixes: ['Recognize it with an `isUnauthorized` of your own: `graphqlUnauthenticated` knows only UNAUTHENTICATED where `data` is null.'],
}
