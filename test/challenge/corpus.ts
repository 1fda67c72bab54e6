/** Fields as servers send them. */
export const corpus: readonly string[] = [
  'Bearer',
  'Bearer realm="example", error="invalid_token", error_description="The access token expired"',
  'Bearer error="invalid_token" error_description="The access token could not be verified"',
  'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
  'Bearer error="insufficient_user_authentication", error_description="More recent authentication is required", max_age="5"',
  'Bearer, DPoP algs="ES256 PS256"',
  'Bearer error="invalid_token", error_description="Invalid token", DPoP algs="ES256 PS256", error="invalid_token"',
  'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XX", opaque="FQhe/qaU", stale=TRUE',
  'Negotiate, NTLM TlRMTVNTUAACAAAA==, Basic realm=x',
  'Bearer realm="", authorization_uri="https://login.example/common/oauth2/authorize", error="insufficient_claims", claims="eyJhY2Nlc3MifX0="',
  'Bearer authorization_uri=https://login.example/authorize resource_id=https://storage.example',
  'Bearer resource_metadata= "https://resource.example.com/.well-known/oauth-protected-resource"',
  'Basic , realm = foo , , Newauth\trealm="b\\a\\"r\\\\"',
]
