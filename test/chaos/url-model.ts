import { domainToASCII } from 'node:url'

/** Where a request for a URL goes: what a socket would be opened to. */
export interface Destination {
  /** `https://host:port`, without the scheme's own port. */
  readonly origin: string
  readonly hasUser: boolean
}

const ports: Readonly<Record<string, string>> = { http: '80', https: '443' }

/**
 * WHATWG URL §4.4 for http and https, read once more without looking at anybody's parser; `undefined` for what is no such URL.
 * `base` is an absolute http(s) URL in its normal spelling.
 * @see {@link https://url.spec.whatwg.org/#url-parsing}
 */
export function destination(input: string, base: string | undefined): Destination | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the standard strips C0 controls.
  const text = input.replace(/^[\x00-\x20]+|[\x00-\x20]+$/g, '').replace(/[\t\n\r]/g, '')
  const [, scheme, rest = ''] = /^([a-z][a-z\d+.-]*):(.*)$/is.exec(text) ?? []
  const baseScheme = base?.slice(0, base.indexOf(':'))
  if (scheme === undefined) {
    if (!base || !baseScheme) return undefined
    return /^[/\\]{2}/.test(text) ? authority(baseScheme, text) : authority(baseScheme, base.slice(base.indexOf(':') + 1))
  }
  const special = scheme.toLowerCase()
  if (!(special in ports)) return undefined
  // "special relative or authority state": the base's own scheme without two slashes is relative to it.
  if (special === baseScheme && base && !/^[/\\]{2}/.test(rest)) return authority(special, base.slice(base.indexOf(':') + 1))
  return authority(special, rest)
}

function authority(scheme: string, text: string): Destination | undefined {
  const [whole = ''] = /^[^/\\?#]*/.exec(text.replace(/^[/\\]*/, '')) ?? []
  const at = whole.lastIndexOf('@')
  const [, name = '', port = ''] = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d*))?$/.exec(whole.slice(at + 1)) ?? []
  const host = hostOf(name)
  const number = port === '' ? '' : String(Number(port))
  if (!host || Number(number) > 65_535) return undefined
  const shown = number === ports[scheme] || number === '' ? '' : `:${number}`
  // "@" alone carries nobody: neither a name nor a password.
  return {
    origin: `${scheme}://${host}${shown}`,
    hasUser: /[^:]/.test(whole.slice(0, Math.max(at, 0))) || /:./.test(whole.slice(0, Math.max(at, 0))),
  }
}

function hostOf(name: string): string | undefined {
  // The generator spells one address in two ways, and knows what both mean.
  if (name.startsWith('[')) return addresses[name.toLowerCase()]
  let decoded: string
  try {
    decoded = decodeURIComponent(name)
  } catch {
    return undefined
  }
  const ascii = domainToASCII(decoded)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: forbidden domain code points.
  if (!ascii || /[\x00-\x20"#%/:<>?@[\\\]^`{|}\x7f]/.test(ascii)) return undefined
  const last = ascii.replace(/\.$/, '').split('.').at(-1) ?? ''
  return /^(\d+|0x[\da-f]*)$/i.test(last) ? address(ascii) : ascii
}

const addresses: Readonly<Record<string, string>> = {
  '[::1]': '[::1]',
  '[0:0:0:0:0:0:0:1]': '[::1]',
  '[::ffff:127.0.0.1]': '[::ffff:7f00:1]',
}

/** "ends in a number": such a host is an IPv4 address, or a failure. */
function address(text: string): string | undefined {
  const parts = text.replace(/\.$/, '').split('.').map(number)
  if (parts.length > 4 || parts.some((part) => part === undefined)) return undefined
  const numbers = parts as number[]
  const last = numbers.pop() ?? 0
  if (numbers.some((part) => part > 255) || last >= 256 ** (4 - numbers.length)) return undefined
  const value = numbers.reduce((sum, part, index) => sum + part * 256 ** (3 - index), last)
  return [24, 16, 8, 0].map((bits) => Math.floor(value / 2 ** bits) % 256).join('.')
}

function number(part: string): number | undefined {
  if (part === '') return undefined
  if (/^0x[\da-f]*$/i.test(part)) return part.length === 2 ? 0 : Number(part)
  if (/^0[0-7]*$/.test(part)) return Number.parseInt(part, 8)
  return /^[1-9]\d*$/.test(part) ? Number(part) : undefined
}
