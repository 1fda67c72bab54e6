import { alive, bearer, exchange, type Fixture, json, secrets } from './fixtures'

const express = (error: string) => ({
  body: `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n<body>\n<pre>${error}<br> &nbsp; &nbsp;at new UnauthorizedError (/app/index.js:1:1)</pre>\n</body>\n</html>\n`,
})
const token = { authorization: `Basic ${btoa(`__token__:${secrets[4]}`)}` }
const html = { 'content-type': 'text/html; charset=utf-8' }

/** What stands deeper in an answer than most look: whose words, and where. */
export const answersInPages: readonly Fixture[] = [
  {
    cause: 'token-expired',
    of: 'express-jwt, in Express’s page of an error',
    input: exchange(401, html, bearer(secrets[1]), express('UnauthorizedError: jwt expired')),
  },
  {
    cause: 'token-expired',
    of: 'jose, in Express’s page of an error',
    input: exchange(401, html, bearer(alive), express('JWTExpired: &quot;exp&quot; claim timestamp check failed')),
  },
  {
    cause: 'wrong-audience',
    of: 'express-jwt, in Express’s page of an error',
    input: exchange(401, html, bearer(alive), express('UnauthorizedError: jwt audience invalid. expected: https://api.example')),
  },
  {
    cause: 'csrf',
    of: 'Jenkins, in Jetty’s page of an error',
    input: exchange(
      403,
      html,
      { authorization: `Basic ${btoa(`ada:${secrets[4]}`)}` },
      {
        method: 'POST',
        body: '<html><head><meta http-equiv="Content-Type" content="text/html;charset=utf-8"/><title>Error 403 No valid crumb was included in the request</title></head></html>',
      },
    ),
  },
  {
    cause: 'wrong-audience',
    of: 'Azure Storage, whose challenge nobody can read',
    input: exchange(
      401,
      { 'www-authenticate': 'Bearer authorization_uri=https://login.example/t/oauth2/authorize resource_id=https://storage.azure.com' },
      bearer(alive),
      {
        body: '\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>InvalidAuthenticationInfo</Code><Message>Server failed to authenticate the request.</Message><AuthenticationErrorDetail>Audience validation failed. Audience did not match.</AuthenticationErrorDetail></Error>',
      },
    ),
  },
  {
    cause: 'token-expired',
    of: 'Dropbox, in its summary',
    input: exchange(
      401,
      {},
      bearer(secrets[1]),
      json({ error: { '.tag': 'expired_access_token' }, error_summary: 'expired_access_token/...' }),
    ),
  },
  {
    cause: 'policy',
    of: 'HAProxy, below its heading',
    input: exchange(403, html, bearer(alive), {
      body: '<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n</body></html>\n',
    }),
  },
  {
    cause: 'forbidden-instead-of-unauthorized',
    of: 'PyPI, in the title',
    input: exchange(403, html, token, {
      method: 'POST',
      body: '<html>\n <head>\n  <title>403 Invalid or non-existent authentication information. See https://pypi.org/help/#invalid-auth for more information.</title>\n </head>\n</html>',
    }),
  },
  {
    cause: 'insufficient-scope',
    of: 'PyPI, of a project',
    input: exchange(403, html, token, {
      method: 'POST',
      body: '<html>\n <head>\n  <title>403 The user &#39;ada&#39; isn&#39;t allowed to upload to project &#39;orders&#39;. See https://pypi.org/help/</title>\n </head>\n</html>',
    }),
  },
]
