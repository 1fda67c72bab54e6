/** One entry point, bundled alone as a user's bundler would. */
export interface Limit {
  /** As in `exports` of package.json. */
  readonly entry: string
  /** @default all of it */
  readonly import?: string
  /** What is the user's own, or Node's. */
  readonly ignore?: readonly string[]
  /** The most that it may weigh, minified and compressed, in kilobytes of 1000 bytes; little above what it weighs now. */
  readonly gzip: number
  readonly brotli: number
}

export const limits: readonly Limit[] = [
  { entry: '.', import: '{ AuthenticatedClient }', gzip: 24, brotli: 21.8 },
  { entry: '.', import: '*', gzip: 27.5, brotli: 24.8 },
  { entry: './api-key', gzip: 2, brotli: 1.8 },
  { entry: './basic', gzip: 1, brotli: 0.9 },
  { entry: './diagnose', gzip: 28.2, brotli: 25 },
  { entry: './digest', gzip: 8.9, brotli: 7.7 },
  { entry: './discover', gzip: 2.3, brotli: 2.1 },
  { entry: './dpop', gzip: 3.6, brotli: 3.3 },
  { entry: './graphql', gzip: 1, brotli: 0.9 },
  { entry: './indexed-db', gzip: 2.9, brotli: 2.6 },
  { entry: './jose', gzip: 5.5, brotli: 5 },
  { entry: './jwt-bearer', gzip: 3.2, brotli: 2.9 },
  { entry: './node', ignore: ['node:*'], gzip: 4.4, brotli: 4 },
  { entry: './opentelemetry', ignore: ['@opentelemetry/api'], gzip: 1.9, brotli: 1.7 },
  { entry: './react-native', gzip: 1.7, brotli: 1.6 },
  { entry: './redis', ignore: ['node:*'], gzip: 4.3, brotli: 3.9 },
  { entry: './testing', gzip: 10.6, brotli: 9.5 },
  { entry: './token-exchange', gzip: 3.4, brotli: 3 },
]
