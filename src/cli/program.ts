import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import { diagnose } from '../diagnose/diagnose'
import type { DiagnoseInput } from '../diagnose/evidence'
import { systemClock } from '../platform/clock'
import { decodedToken } from './decoded-token'
import { exchange } from './exchange'
import { printed, type Style, styleOf } from './printed'
import { exchangesIn } from './transcript'

const help = `
The token comes from an environment variable or from standard input, never from the command line, which other users of the machine and
your shell's history can see. Nothing secret is printed.

Exit codes:
  0  the request was not refused, or the token could be read
  1  it was refused: the diagnosis says why
  2  the command line, the file or the token can't be read
  3  no answer came

Examples:
  TOKEN=… authenticated-client explain https://api.example.com/me --token-env TOKEN
  pass show api | authenticated-client explain https://api.example.com/me --token-stdin -H 'X-Tenant: 7'
  curl -v https://api.example.com/me 2>&1 | authenticated-client explain --from -
  authenticated-client explain --from session.har --json
  TOKEN=… authenticated-client decode --token-env TOKEN`

interface Given {
  readonly header?: readonly string[]
  readonly method?: string
  readonly tokenEnv?: string
  readonly tokenStdin?: boolean
  readonly from?: string
  readonly json?: boolean
}

/** The command line: reads `process.argv`, and sets the exit code. */
export async function run(process: NodeJS.Process): Promise<void> {
  const { stdout, stderr, stdin, env } = process
  // `… | head` closes the pipe: that is no failure.
  stdout.on('error', () => process.exit())
  const style = styleOf(stdout.isTTY === true && !env.NO_COLOR)
  const say = (line: string): void => void stdout.write(`${line}\n`)
  const end = (code: number, problem?: string): void => {
    if (problem) stderr.write(`${problem}\n`)
    process.exitCode = code
  }
  const tokenOf = async ({ tokenEnv, tokenStdin }: Given): Promise<string | undefined> => {
    const found = tokenEnv ? env[tokenEnv] : tokenStdin ? await text(stdin) : undefined
    if (tokenEnv && !found) throw new UsageError(`The environment variable ${tokenEnv} is empty`)
    return found?.trim().replace(/^Bearer\s+/i, '')
  }

  const program = new Command('authenticated-client')
    .description('Explains a 401: what happened, why, and what to do.')
    .addHelpText('after', help)
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : new UsageError('')
    })
  program
    .command('explain')
    .argument('[url]', 'what to ask for')
    .option('-H, --header <field...>', 'a header of the request, as "name: value"')
    .option('-X, --method <method>', 'its method', 'GET')
    .option('--token-env <name>', 'the environment variable that holds the access token')
    .option('--token-stdin', 'read the access token from standard input')
    .option('--from <file>', 'read an exchange from a pasted "curl -v" or a HAR instead; - is standard input')
    .option('--json', 'print the diagnosis as JSON')
    .action(async (url: string | undefined, given: Given) => {
      const inputs = given.from
        ? exchangesIn(given.from === '-' ? await text(stdin) : read(given.from))
        : [await asked(url, given, await tokenOf(given))]
      if (!inputs[0]) throw new UsageError('There is no exchange in it: give the output of "curl -v", or a HAR')
      const explained = inputs.map((input) => ({ input, diagnosis: diagnose(input) }))
      if (given.json) say(JSON.stringify(explained.map(({ diagnosis }) => diagnosis).slice(0, given.from ? undefined : 1), null, 2))
      else for (const { input, diagnosis } of explained) say(printed(input, diagnosis, style))
      if (inputs.some(({ error }) => error !== undefined)) end(3)
      else end(explained.some(({ diagnosis }) => diagnosis.cause !== 'not-refused') ? 1 : 0)
    })
  program
    .command('decode')
    .description("Shows a JWT's header and claims, with times in words. Nothing is verified.")
    .option('--token-env <name>', 'the environment variable that holds the token; else standard input')
    .option('--json', 'print them as JSON')
    .action(async (given: Given) => {
      const token = await tokenOf({ ...given, tokenStdin: !given.tokenEnv })
      const found = decodedToken(token ?? '')
      if (!found) throw new UsageError('This is no JWT')
      say(given.json ? JSON.stringify(found, null, 2) : shown(found, style))
    })

  try {
    await program.parseAsync(process.argv)
  } catch (error) {
    if (error instanceof UsageError) end(2, error.message)
    else if (Object(error).code === 'ENOENT') end(2, 'There is no such file')
    else if (Object(error).exitCode !== 0) end(2, String(Object(error).message))
  }
}

class UsageError extends Error {}

function read(file: string): string {
  return readFileSync(file, 'utf8')
}

function asked(url: string | undefined, given: Given, token: string | undefined): Promise<DiagnoseInput> {
  if (!url || !URL.canParse(url)) throw new UsageError('Give the URL to ask for, such as https://api.example.com/me, or --from FILE')
  return exchange(url, given.method ?? 'GET', given.header ?? [], token, systemClock)
}

function shown({ header, claims }: NonNullable<ReturnType<typeof decodedToken>>, { bold, dim }: Style): string {
  const lines = (fields: Readonly<Record<string, unknown>>): string[] =>
    Object.entries(fields).map(([name, value]) => `  ${dim(name)} ${String(value)}`)
  return [bold('Header'), ...lines(header), bold('Claims'), ...lines(claims)].join('\n')
}
