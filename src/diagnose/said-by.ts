import { type JsonObject, objectOf, textAt } from './jwt-parts'

/** What a body says, in words: as RFC 9457, OAuth, and frameworks have it, in lower case or not; as XML; or as a few words. */
export function saidBy(json: JsonObject | undefined, body: string | undefined, html: boolean): readonly (string | undefined)[] {
  const all = inLowerCase(json)
  const fault = inLowerCase(all.fault)
  const [first, form, message, inFault] = [all.errors, all.non_field_errors, all.errormessages, fault.error].map(firstOf)
  const errors = inLowerCase(first)
  const chain = inLowerCase(firstOf(errors.error_chain)) // Cloudflare's, which says more than what it stands in.
  const objects = [all, inLowerCase(all.error), fault, errors, chain, inLowerCase(inFault)]
  const said = objects.flatMap((object) => names.map((name) => textAt(object, name)))
  return [
    ...said,
    ...[first, form, message].filter((text) => typeof text === 'string'),
    ...xmlText(body),
    /InvalidAuthenticityToken/.exec(textAt(all, 'exception') ?? '')?.[0], // Rails'; what else is an exception, is seldom a reason.
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

/** The last two are Kong's, of a claim. */
const names = [
  'error_description',
  'title',
  'detail',
  'message',
  'reason',
  'errorsummary',
  'error_summary',
  'faultstring',
  'hint',
  'description',
  'details',
  'msg',
  'err',
  'error_message',
  'errormessage',
  'code',
  'errorcode',
  'error',
  'exp',
  'nbf',
]

function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? (list as unknown[])[0] : list
}

function inLowerCase(object: unknown): JsonObject {
  const entries = typeof object === 'object' ? Object.entries(Object(object) as JsonObject) : []
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]))
}

/** Amazon's, Azure's and Google's stores answer so. */
function xmlText(body = ''): readonly (string | undefined)[] {
  return /^\s*<(\?xml|Error)/.test(body)
    ? [...body.matchAll(/<(?:Code|Message|AuthenticationErrorDetail)>([^<]{1,300})</g)].map(([, text]) => text)
    : []
}

/** The page of an error that nobody caught: Jetty and Rails have the reason in its title, Express before its stack. */
function pageText(body = '', html: boolean): readonly (string | undefined)[] {
  const said = html ? /<title>Error(?: \d{3} ([^<]{1,300}))?<\/title>(?:[\s\S]{0,99}?<pre>([^<]{1,300}))?/.exec(body) : undefined
  const byRails = html ? /<title>(The change you wanted was rejected)/.exec(body) : undefined
  return (said ?? byRails ?? []).slice(1).map((text) => text?.replace(/&(quot|#39);/g, "'"))
}

/** A body of a few words, as proxies and small servers send it. */
function plainText(body: string | undefined, html: boolean): string | undefined {
  const text = body?.trim() ?? ''
  return text && text.length <= 300 && !html && !/^[<{[]/.test(text) ? text : undefined
}
