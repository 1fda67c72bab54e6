export { type AuthorizationServerMetadata, type DiscoverOptions, discover } from './grants/discover'
