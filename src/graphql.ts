export { graphqlUnauthenticated } from './schemes/graphql-unauthenticated'
export { sessionExpiredStatus } from './schemes/session-expired-status'
