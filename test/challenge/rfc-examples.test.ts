import { describe, expect, it } from 'vitest'
import { parseChallenges } from '../../src/challenge/parse-challenges'
import { challenge } from './comparable'

type Example = readonly [where: string, lines: readonly string[], challenges: readonly ReturnType<typeof challenge>[]]

// Taken from the RFCs' own text; what is wrapped there is one line here.
const examples: readonly Example[] = [
  [
    'RFC 9110 §11.6.1, two schemes and a quoted-pair',
    ['Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""'],
    [
      challenge('Basic', [['realm', 'simple']]),
      challenge('Newauth', [
        ['realm', 'apps'],
        ['type', '1'],
        ['title', 'Login to "apps"'],
      ]),
    ],
  ],
  ['RFC 6750 §3, no token sent', ['Bearer realm="example"'], [challenge('Bearer', [['realm', 'example']])]],
  [
    'RFC 6750 §3, an expired token',
    ['Bearer realm="example", error="invalid_token", error_description="The access token expired"'],
    [
      challenge('Bearer', [
        ['realm', 'example'],
        ['error', 'invalid_token'],
        ['error_description', 'The access token expired'],
      ]),
    ],
  ],
  [
    'RFC 7616 §3.9.1, the same challenge with two algorithms in two lines',
    ['SHA-256', 'MD5'].map(
      (algorithm) =>
        `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`,
    ),
    ['SHA-256', 'MD5'].map((algorithm) =>
      challenge('Digest', [
        ['realm', 'http-auth@example.org'],
        ['qop', 'auth, auth-int'],
        ['algorithm', algorithm],
        ['nonce', '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v'],
        ['opaque', 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS'],
      ]),
    ),
  ],
  [
    'RFC 7616 §3.9.2, charset and userhash',
    [
      'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true',
    ],
    [
      challenge('Digest', [
        ['realm', 'api@example.org'],
        ['qop', 'auth'],
        ['algorithm', 'SHA-512-256'],
        ['nonce', '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK'],
        ['opaque', 'HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS'],
        ['charset', 'UTF-8'],
        ['userhash', 'true'],
      ]),
    ],
  ],
  ['RFC 7617 §2', ['Basic realm="WallyWorld"'], [challenge('Basic', [['realm', 'WallyWorld']])]],
  [
    'RFC 7617 §2.1, charset',
    ['Basic realm="foo", charset="UTF-8"'],
    [
      challenge('Basic', [
        ['realm', 'foo'],
        ['charset', 'UTF-8'],
      ]),
    ],
  ],
  ['RFC 9449 figure 15', ['DPoP algs="ES256 PS256"'], [challenge('DPoP', [['algs', 'ES256 PS256']])]],
  [
    'RFC 9449 figure 16',
    ['DPoP error="invalid_token", error_description="Invalid DPoP key binding", algs="ES256"'],
    [
      challenge('DPoP', [
        ['error', 'invalid_token'],
        ['error_description', 'Invalid DPoP key binding'],
        ['algs', 'ES256'],
      ]),
    ],
  ],
  [
    'RFC 9449 figure 17, a bare Bearer',
    ['Bearer, DPoP algs="ES256 PS256"'],
    [challenge('Bearer'), challenge('DPoP', [['algs', 'ES256 PS256']])],
  ],
  [
    'RFC 9449 figure 18, the error belongs to Bearer alone',
    ['Bearer error="invalid_token", error_description="Invalid token", DPoP algs="ES256 PS256"'],
    [
      challenge('Bearer', [
        ['error', 'invalid_token'],
        ['error_description', 'Invalid token'],
      ]),
      challenge('DPoP', [['algs', 'ES256 PS256']]),
    ],
  ],
  [
    'RFC 9449 figure 19, the error belongs to both',
    [
      'Bearer error="invalid_request", error_description="Multiple methods used to include access token", DPoP algs="ES256 PS256", error="invalid_request", error_description="Multiple methods used to include access token"',
    ],
    [
      challenge('Bearer', [
        ['error', 'invalid_request'],
        ['error_description', 'Multiple methods used to include access token'],
      ]),
      challenge('DPoP', [
        ['algs', 'ES256 PS256'],
        ['error', 'invalid_request'],
        ['error_description', 'Multiple methods used to include access token'],
      ]),
    ],
  ],
  [
    'RFC 9449 figure 24, a nonce is wanted',
    ['DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof"'],
    [
      challenge('DPoP', [
        ['error', 'use_dpop_nonce'],
        ['error_description', 'Resource server requires nonce in DPoP proof'],
      ]),
    ],
  ],
  [
    'RFC 9470 §3, acr_values',
    [
      'Bearer error="insufficient_user_authentication", error_description="A different authentication level is required", acr_values="myACR"',
    ],
    [
      challenge('Bearer', [
        ['error', 'insufficient_user_authentication'],
        ['error_description', 'A different authentication level is required'],
        ['acr_values', 'myACR'],
      ]),
    ],
  ],
  [
    'RFC 9470 §3, max_age',
    ['Bearer error="insufficient_user_authentication", error_description="More recent authentication is required", max_age="5"'],
    [
      challenge('Bearer', [
        ['error', 'insufficient_user_authentication'],
        ['error_description', 'More recent authentication is required'],
        ['max_age', '5'],
      ]),
    ],
  ],
  [
    'RFC 9728 §5.1, a blank behind the equals sign',
    ['Bearer resource_metadata= "https://resource.example.com/.well-known/oauth-protected-resource"'],
    [challenge('Bearer', [['resource_metadata', 'https://resource.example.com/.well-known/oauth-protected-resource']])],
  ],
]

describe('parseChallenges, on the examples of the RFCs', () => {
  it.each(examples)('reads %s (F68)', (_where, lines, challenges) => {
    expect(parseChallenges(lines)).toEqual(challenges)
    expect(parseChallenges(lines.join(', '))).toEqual(challenges)
  })
})
