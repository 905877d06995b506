// Tokens, minted as protocol/README.md says, and ones that a server must refuse.

import { createHmac } from 'node:crypto';

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const inSeconds = (seconds) => Math.floor(Date.now() / 1000) + seconds;

/** A token for `user`. `claims` and `header` replace or add fields; undefined removes one. */
export function mint(secret, user, claims = {}, header = {}) {
  const head = base64url({ alg: 'HS256', typ: 'JWT', ...header });
  const signed = `${head}.${base64url({ sub: String(user), exp: inSeconds(3600), ...claims })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** By what is wrong with them. */
export function badTokens(secret, user) {
  const good = mint(secret, user);
  const [head, payload, signature] = good.split('.');
  const other = mint(secret, user + 1).split('.');
  return {
    'not a token': 'hello',
    'an empty signature': `${head}.${payload}.`,
    'only two parts': `${head}.${payload}`,
    expired: mint(secret, user, { exp: inSeconds(-3600) }),
    'without exp': mint(secret, user, { exp: undefined }),
    'not yet valid': mint(secret, user, { nbf: inSeconds(3600) }),
    'without sub': mint(secret, user, { sub: undefined }),
    'sub 0': mint(secret, 0),
    'sub that is a name': mint(secret, 'alice'),
    'signed with another secret': mint('x'.repeat(secret.length), user),
    "another user's payload": `${head}.${other[1]}.${signature}`,
    'alg none': mint(secret, user, {}, { alg: 'none' }),
    'alg none, unsigned': `${base64url({ alg: 'none', typ: 'JWT' })}.${payload}.`,
    'alg HS512': mint(secret, user, {}, { alg: 'HS512' }),
    'a crit header': mint(secret, user, {}, { crit: ['exp'] }),
    'a padded signature': `${good}=`,
  };
}
