import { exchange, type Fixture, json, opaque, secrets } from './fixtures'

const url = `https://api.example/account?timestamp=1&signature=${opaque}`
const refused = (status: number, body: object) => exchange(status, {}, { 'x-api-key': secrets[3] }, { url, ...json(body) })

/** What exchanges and clouds say of a request that was signed at another time than theirs: whose words, and what came there. */
export const answersAboutClocks: readonly Fixture[] = [
  {
    cause: 'clock-skew',
    of: 'Binance, which is ahead',
    input: refused(400, { code: -1021, msg: 'Timestamp for this request is outside of the recvWindow.' }),
  },
  {
    cause: 'clock-skew',
    of: 'Binance, which is behind',
    input: refused(400, { code: -1021, msg: "Timestamp for this request was 1000ms ahead of the server's time." }),
  },
  {
    cause: 'invalid-signature',
    of: 'Binance, of the signature alone',
    input: refused(400, { code: -1022, msg: 'Signature for this request is not valid.' }),
  },
  { cause: 'clock-skew', of: 'OKX', input: refused(401, { msg: 'Timestamp request expired', code: '50102' }) },
  { cause: 'clock-skew', of: 'KuCoin', input: refused(401, { code: '400002', msg: 'Invalid KC-API-TIMESTAMP' }) },
  {
    cause: 'clock-skew',
    of: 'Cloudinary, to a form that holds the signature',
    input: exchange(
      400,
      {},
      {},
      {
        method: 'POST',
        ...json({ error: { message: 'Stale request - reported time is 2026-01-15 10:00:00 +0000 which is more than 1 hour ago' } }),
      },
    ),
  },
  {
    cause: 'clock-skew',
    of: 'Alibaba',
    input: refused(400, { Code: 'InvalidTimeStamp.Expired', Message: 'Specified time stamp or date value is expired.' }),
  },
  {
    cause: 'api-key',
    of: 'Alibaba, of a key that it does not know',
    input: exchange(404, {}, {}, { url, ...json({ Code: 'InvalidAccessKeyId.NotFound', Message: 'Specified access key is not found.' }) }),
  },
]
