import { type JsonObject, objectOf, textAt } from './jwt-parts'

/** What a body says, in words: as RFC 9457, OAuth, and frameworks have it, in lower case or not; as XML; or as a few words. */
export function saidBy(json: JsonObject | undefined, body: string | undefined, html: boolean): readonly (string | undefined)[] {
  return [
    ...objectsIn(json).flatMap((object) => names.map((name) => firstOf(object[name])).filter((said) => typeof said === 'string')),
    ...xmlText(body),
    /InvalidAuthenticityToken/.exec(textAt(json, 'exception') ?? '')?.[0], // Rails'; what else is an exception, is seldom a reason.
    ...pageText(body, html),
    plainText(body, html),
  ]
}

/** What stands in a field of the server's own: Exchange and SharePoint say the reason there, Jira why nobody was signed in, gRPC all. */
export function saidInFields(answered: (header: string) => string): readonly (string | undefined)[] {
  const diagnostics = /\breason="([^"]{1,300})"/.exec(answered('x-ms-diagnostics'))?.[1]
  const jira = ['x-seraph-loginreason', 'x-authentication-denied-reason'].map((name) => /^(AUTH|CAPTCHA)\w*/.exec(answered(name))?.[0]) // Or OK.
  return [diagnostics, ...jira, answered('grpc-message')]
}

/** The JSON object of a body, or the first of a list of them. */
export function jsonOf(body: string | undefined): JsonObject | undefined {
  return objectOf(body) ?? objectOf(/^\s*\[/.test(body ?? '') ? `{"errors":${body}}` : undefined)
}

/** The last two are Kong’s, of a claim. */
const names = [
  'errordescription',
  'title',
  'detail',
  'message',
  'reason',
  'errorsummary',
  'faultstring',
  'hint',
  'description',
  'details',
  'msg',
  'err',
  'errormessage',
  'code',
  'errorcode',
  'error',
  'errmsg',
  'retmsg',
  'value',
  'errors',
  'nonfielderrors',
  'errormessages',
  'exp',
  'nbf',
]

/** Where the words of an error stand, some in several of these: tRPC's, Tencent's, OData's; Cloudflare's chain says more than what it stands in. */
const places = ['error', 'fault', 'errors', 'errorchain', 'json', 'response', 'status', 'meta', 'message']

/** An object, and those in it that tell of an error; of a list, the first. */
function objectsIn(value: unknown, depth = 4): readonly JsonObject[] {
  const first = firstOf(value)
  if (typeof first !== 'object' || !first || !depth) return []
  const object = Object.fromEntries(
    Object.entries(first as JsonObject).map(([name, inner]) => [name.toLowerCase().replace(/_/g, ''), inner]),
  )
  return [object, ...places.flatMap((place) => objectsIn(object[place], depth - 1))]
}

function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? (list as unknown[])[0] : list
}

/** Amazon's, Azure's and Google's stores answer so. */
function xmlText(body = ''): readonly (string | undefined)[] {
  return /^\s*<(\?xml|Error)/.test(body)
    ? [...body.matchAll(/<(?:Code|Message|AuthenticationErrorDetail)>([^<]{1,300})</g)].map(([, text]) => text)
    : []
}

/** The page of an error: Jetty, PyPI and Rails have the reason in its title, Express before its stack, HAProxy and Flask below its heading. */
function pageText(body = '', html: boolean): readonly (string | undefined)[] {
  if (!html) return []
  const titled = /<title>(?:Error(?: \d{3} ([^<]{1,300}))?|\d{3} (\w[^<]{29,300})|(The change you wanted was rejected)[^<]*)<\/title>/.exec(
    body,
  )
  const stack = /<title>Error<[\s\S]{0,99}?<pre>([^<]{1,300})/.exec(body)
  const below = /<h1>(?:\d{3} [\w ]+<\/h1>\s*|Bad Request<\/h1>\s*<p>)(\w[^<]{1,300})/.exec(body)
  return [titled, stack, below].flatMap((found) => found?.slice(1) ?? []).map((text) => text?.trim().replace(/&(quot|#39);/g, "'"))
}

/** A body of a few words, as proxies and small servers send it. */
function plainText(body: string | undefined, html: boolean): string | undefined {
  const text = body?.trim() ?? ''
  return text && text.length <= 300 && !html && !/^[<{[]/.test(text) ? text : undefined
}
