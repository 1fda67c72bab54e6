export { type JwtBearerGrantOptions, jwtBearerGrant } from './grants/jwt-bearer'
