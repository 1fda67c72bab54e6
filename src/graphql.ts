export { graphqlUnauthenticated, sessionExpiredStatus } from './schemes/graphql-unauthenticated'
