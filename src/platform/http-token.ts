/** A `token` of HTTP's grammar, as the name of a header and of an auth-scheme must be (RFC 9110 §5.6.2). */
export const httpToken = /^[\w!#$%&'*+.^`|~-]+$/
