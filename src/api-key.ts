export { type ApiKeyOptions, apiKey, maskApiKey } from './schemes/api-key'
