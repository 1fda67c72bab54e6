import { bearer, exchange, type Fixture, json, opaque, secrets } from './fixtures'

const key = secrets[3]
const xml = (code: string, message: string, more = '') => ({
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>`,
})
const signed = { authorization: `AWS4-HMAC-SHA256 Credential=AKIA/20260115/eu-west-1/s3/aws4_request, Signature=${'5'.repeat(64)}` }
/** `Headers`, so that all fields are seen. */
const hook = (field: string, body: object): Fixture['input'] => ({
  ...exchange(401, {}, undefined, json(body)),
  request: { url: 'https://shop.example/hooks', method: 'POST', headers: new Headers({ [field]: `sha256=${'a'.repeat(64)}` }) },
})

/** Of requests that are signed, and of keys behind a scheme: whose words, and what came there. */
export const answersAboutSignatures: readonly Fixture[] = [
  ...['GET', 'PUT'].map(
    (method): Fixture => ({
      cause: 'invalid-signature',
      of: `S3, of a ${method} whose URL is signed`,
      input: exchange(
        403,
        {},
        {},
        {
          method,
          url: 'https://s3.example/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0a1b',
          ...xml('SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.'),
        },
      ),
    }),
  ),
  {
    cause: 'invalid-signature',
    of: 'Azure’s store, of a URL that is signed for another time',
    input: exchange(
      403,
      {},
      {},
      {
        url: 'https://a.blob.example/c/b?sv=2022&sig=0a1b%3D&se=2026-01-15T11:00:00Z',
        ...xml(
          'AuthenticationFailed',
          'Server failed to authenticate the request.',
          '<AuthenticationErrorDetail>Signature not valid in the specified time frame</AuthenticationErrorDetail>',
        ),
      },
    ),
  },
  {
    cause: 'invalid-signature',
    of: 'CloudFront, which says no more than that it refuses',
    input: exchange(
      403,
      {},
      {},
      { url: 'https://d.cdn.example/k?Policy=a&Signature=b&Key-Pair-Id=c', ...xml('AccessDenied', 'Access denied') },
    ),
  },
  { cause: 'invalid-signature', of: 'GitHub’s kind of hook', input: hook('x-hub-signature-256', { message: 'Invalid signature' }) },
  { cause: 'invalid-signature', of: 'Stripe’s kind of hook', input: hook('stripe-signature', { message: 'Unauthorized' }) },
  {
    cause: 'policy',
    of: 'IAM, of what a user may not',
    input: exchange(403, {}, signed, json({ Message: 'User: arn:aws:iam::1:user/ada is not authorized to perform: execute-api:Invoke' })),
  },
  { cause: 'policy', of: 'S3, of what a user may not', input: exchange(403, {}, signed, xml('AccessDenied', 'Access Denied')) },
  {
    cause: 'insufficient-scope',
    of: 'Pundit, whose words are like IAM’s',
    input: exchange(403, {}, bearer(opaque), json({ error: 'You are not authorized to perform this action.' })),
  },
  {
    cause: 'api-key',
    of: 'Rails, whose scheme and parameter have one name',
    input: exchange(
      401,
      { 'www-authenticate': 'Token realm="Application"' },
      { authorization: `Token token="${key}"` },
      { body: 'HTTP Token: Access denied.\n' },
    ),
  },
  ...[`Bot bot-${key}`, `Key key-${key}`].map(
    (authorization): Fixture => ({
      cause: 'api-key',
      of: `a key that begins like its scheme: ${authorization.slice(0, 8)}`,
      input: exchange(401, {}, { authorization }, json({ message: 'Unauthorized' })),
    }),
  ),
]
