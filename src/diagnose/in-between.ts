import type { Facts } from './facts'

/** The fields by which a proxy, a cache or a firewall shows that it stands between client and API. */
export function inBetween({ answered }: Facts): readonly string[] {
  const way = ['via', 'cf-ray', 'x-amz-cf-id', 'x-served-by', 'x-varnish', 'x-cache'].filter(answered)
  return /cloudflare|cloudfront|nginx|apache|envoy|varnish|akamai|awselb|zscaler|vercel|netlify/i.test(answered('server'))
    ? [...way, 'server']
    : way
}
