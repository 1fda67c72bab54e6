import { Command, CommanderError } from 'commander'
import { bareToken } from './bare-token'
import { type Exchange, type Fields, isInClear, type SentRequest, showCredentials, UsageError } from './exchange'
import type { Io } from './io'
import { paint } from './paint'
import { recorded } from './recorded'
import { reportOf, reportText } from './report'
import { shownToken } from './shown-token'
import { tokenLines } from './token-lines'
import { type TokenOptions, tokenOf } from './token-of'

const exitCodes = `
Exit codes:
  0  the request was not refused, or the token could be read
  1  the request was refused, or failed for another reason: the output says which
  2  the command line, a file or a token could not be read
  3  no answer came
`

const examples = `
Examples:
  $ TOKEN=… npx --no -- authenticated-client explain https://api.example/orders --token-env TOKEN
  $ pass show api | npx --no -- authenticated-client explain https://api.example/orders --token-stdin --json
  $ curl -sv https://api.example/orders … 2>&1 | npx --no -- authenticated-client explain --from -
  $ npx --no -- authenticated-client decode --token-env TOKEN

A token on the command line stays in the shell's history, and every user of the machine can see it: pass it in
the environment or on standard input. The output holds no secret.
`

interface ExplainOptions extends TokenOptions {
  readonly header?: readonly string[]
  readonly scheme: string
  readonly method?: string
  readonly timeout: string
  readonly insecure?: boolean
  readonly from?: string
  readonly audience?: string
  readonly issuer?: string
  readonly json?: boolean
}

/** Runs the command line; resolves with the exit code. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  let code = 0
  const program = new Command('npx --no -- authenticated-client')
    .description('Explains why a request was refused, and what to do about it.')
    .option('-V, --version', 'print the version')
    .on('option:version', () => {
      io.print(io.version())
      throw new CommanderError(0, 'version', '')
    })
    .configureOutput({ writeOut: (text) => io.print(text.trimEnd()), writeErr: (text) => io.complain(withoutValues(text.trimEnd())) })
    .exitOverride()
    .addHelpText('after', examples + exitCodes)

  program
    .command('explain')
    .description('send a request and explain its answer, or explain one that was recorded')
    .argument('[url]')
    .option('-H, --header <field>', 'a header, as `Name: value`; can be repeated', (field, all?: readonly string[]) => [
      ...(all ?? []),
      field,
    ])
    .option('--token-env <name>', 'the environment variable that holds the token')
    .option('--token-stdin', 'read the token from standard input')
    .option('--scheme <name>', 'the auth-scheme of the token', 'Bearer')
    .option('-X, --method <name>', 'the method (default: "GET")')
    .option('--timeout <seconds>', 'how long to wait for the answer', '30')
    .option('--insecure', 'send credentials over http: to another machine, for everybody on the way to see')
    .option('--audience <name>', 'the audience that the API expects')
    .option('--issuer <url>', 'the issuer that the API trusts')
    .option('--from <file>', 'a file with what `curl -sv`, `curl -i`, HTTPie or a log printed, or a HAR; - is standard input')
    .option('--json', 'print JSON')
    .addHelpText('after', examples + exitCodes)
    .action(async (url: string | undefined, options: ExplainOptions) => {
      code = await explain(url, options, io)
    })

  program
    .command('decode')
    .description('show the header and the claims of a JWT, from --token-env or standard input')
    .option('--token-env <name>', 'the environment variable that holds the token')
    .option('--json', 'print JSON')
    .addHelpText('after', exitCodes)
    .action(async ({ json, ...options }: TokenOptions & { readonly json?: boolean }) => {
      const parts = shownToken(bareToken((await tokenOf({ ...options, tokenStdin: options.tokenEnv === undefined }, io)) ?? ''))
      if (!parts) throw new UsageError('This is not a JWT: only the server that issued an opaque token can read it.')
      io.print(json ? jsonOf(parts) : tokenLines(parts, io.now()).join('\n'))
    })

  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    // Other messages may hold what was read.
    io.complain(
      error instanceof UsageError
        ? `error: ${error.message}`
        : 'error: something unexpected went wrong. Please report it, but not the token.',
    )
    return 2
  }
}

/** What is unknown may be a secret: of `--token=…` the name is said, of a word that is no option nothing. */
function withoutValues(text: string): string {
  const tooMany = /^error: too many arguments for '(\w+)'/.exec(text)
  if (tooMany)
    return `error: ${tooMany[1]} takes no token here, where the shell's history would keep it: use --token-env NAME or standard input.`
  return text.replace(/^(error: unknown (\w+)) '([\s\S]*)'/, (_, what: string, kind: string, word: string) => {
    if (kind === 'command') return `${what}: the commands are \`explain\` and \`decode\`; see --help`
    const name = /^--[a-z-]{1,20}(?==|$)/.exec(word)?.[0]
    return name ? `${what} '${name}'` : what
  })
}

async function explain(url: string | undefined, options: ExplainOptions, io: Io): Promise<number> {
  if ((url === undefined) === (options.from === undefined)) throw new UsageError('Give either a URL, or --from with a file.')
  const { from, tokenEnv, tokenStdin, header, method } = options
  if (from !== undefined && (tokenEnv ?? tokenStdin ?? header ?? method) !== undefined)
    throw new UsageError('--from explains a request that was already sent: it takes no token, no -H and no -X.')
  const exchange = options.from === undefined ? await sent(url ?? '', options, io) : recorded(await fileText(options.from, io))
  const report = reportOf(exchange, { audience: options.audience, issuer: options.issuer })
  const serverNow = (exchange.at ?? io.now()) - (report.skewInMilliseconds ?? 0)
  io.print(options.json ? jsonOf(report) : reportText(report, serverNow, paint(io.colour)))
  if (exchange.failed !== undefined) return 3
  return report.diagnosis.cause === 'not-refused' ? 0 : 1
}

/** JSON lets through what moves a terminal's cursor, or turns its text around. */
function jsonOf(value: unknown): string {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value, null, 2).replace(/[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, escaped)
}

async function fileText(path: string, io: Io): Promise<string> {
  try {
    return await io.read(path)
  } catch {
    // Its name is not repeated: it may be a token, or a whole transcript.
    throw new UsageError('The file that --from names cannot be read. Name a file, or - for standard input.')
  }
}

async function sent(url: string, options: ExplainOptions, io: Io): Promise<Exchange> {
  if (!/^https?:\/\/[^/?#@]+([/?#]|$)/i.test(url) || !URL.canParse(url))
    throw new UsageError('The URL must begin with http:// or https://, and must not hold a password.')
  const seconds = Number(options.timeout)
  if (!(seconds > 0)) throw new UsageError('--timeout takes a number of seconds above 0.')
  const token = await tokenOf(options, io)
  const fields: Fields = [
    ...(options.header ?? []).map(fieldOf),
    ...(token === undefined ? [] : [['Authorization', `${options.scheme} ${token}`] as const]),
  ]
  if (!options.insecure && showCredentials(fields) && isInClear(new URL(url)))
    throw new UsageError('http: would show the token to everybody on the way. Use https:, or add --insecure.')
  const request = { method: (options.method ?? 'GET').toUpperCase(), url, fields, tokenVariable: options.tokenEnv }
  if (!requestOf({ ...request, fields: [] })) throw new UsageError('-X names a method that cannot be sent.')
  const unsendable = fields.find((field) => !requestOf({ ...request, fields: [field] }))
  if (unsendable && unsendable[0] !== 'Authorization')
    throw new UsageError(`The header ${unsendable[0]} holds a character that no header may hold.`)
  const outgoing = requestOf(request)
  if (!outgoing) return { request } // Credentials that cannot be sent are a cause of their own.
  try {
    const { response, body } = await io.send(outgoing, seconds * 1000)
    return { request, response: { status: response.status, fields: [...response.headers] }, body, at: io.now() }
  } catch (error) {
    return { request, at: io.now(), failed: failureOf(error, seconds) }
  }
}

/** No message: it may hold what was sent. */
function failureOf(error: unknown, seconds: number): string {
  const { name, cause } = Object(error) as { name?: unknown; cause?: unknown }
  if (name === 'TimeoutError') return `TimeoutError, no answer within ${seconds} s`
  const { code } = Object(cause) as { code?: unknown }
  return typeof code === 'string' ? code : 'no connection' // Not TypeError: behind that, in a browser, a preflight may be.
}

function requestOf({ method, url, fields }: SentRequest): Request | undefined {
  try {
    return new Request(url, { method, headers: fields.map(([name, value]): [string, string] => [name, value]) })
  } catch {
    return undefined // Its message would hold the value.
  }
}

function fieldOf(text: string): readonly [string, string] {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+): *(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined) throw new UsageError('-H takes `Name: value`.')
  if (/^(proxy-)?authorization$/i.test(name))
    throw new UsageError(
      `-H takes no ${name}: it would stay in the shell's history. Use --token-env NAME, and --scheme for a scheme other than Bearer.`,
    )
  return [name, value]
}
