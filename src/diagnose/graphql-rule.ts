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
        /UNAUTHENTICATED|UNAUTHORIZED|FORBIDDEN|PERMISSION_DENIED|invalid-(jwt|headers)|AUTH_NOT|access[-_]denied|SCOPES$|^authentication([-_ ]error)?$/i.test(
          name,
        ),
      ) ?? []
    const isPartial = /:(?!null)/.test(JSON.stringify(json?.data ?? null))
    const isAnswer = status === 400 || (status === 200 && /^((data|errors|extensions),?)*$/.test(Object.keys(json ?? {}).join()))
    const known =
      /^extensions\.(?!category)\w+ UNAUTHENTICATED$|\.classification UNAUTHORIZED$/.test(`${place} ${code}`) &&
      (json?.data ?? null) === null
    return when(
      isAnswer && code,
      isPartial ? 59 : 94, // Who has asked for much may miss little.
      `errors[].${place} is ${harmless(code ?? '')}.`,
      /FORBIDDEN|(ACCESS|PERMISSION)_DENIED|SCOPES$/i.test(code ?? '') ? graphqlForbids : known ? undefined : graphqlByAnotherName,
    )
  },
}

/** Most say it in `extensions`, Spring as its `classification`, DGS as its `errorType`; AppSync as `errorType` beside it, GitHub as `type`. */
function codesOf(error: unknown): readonly (readonly [place: string, code: string])[] {
  const outer = Object(error) as Readonly<Record<string, unknown>>
  const inner = Object(outer.extensions) as Readonly<Record<string, unknown>>
  return [
    ['extensions.code', String(inner.code)],
    ['errorType', String(outer.errorType)],
    ['type', String(outer.type)],
    ['extensions.category', String(inner.category)],
    ['extensions.classification', String(inner.classification)],
    ['extensions.errorType', String(inner.errorType)],
  ]
}

const graphqlForbids = {
  summary: 'GraphQL reports in the body that the credentials are valid, but do not suffice.',
  fixes: ['Ask whoever runs the API which scope, role or permission is needed.', 'A refresh does not help.'],
}

const graphqlByAnotherName = {
  fixes: [
    'Recognize it with an `isUnauthorized` of your own: `graphqlUnauthenticated` knows only UNAUTHENTICATED in `extensions`, and Spring’s UNAUTHORIZED, where `data` is null.',
  ],
}
