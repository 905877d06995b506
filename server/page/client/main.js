// Where the page begins: with a token from the address, from before a reload, or from logging in.

import { App } from './app.js';
import { LoginView } from './login.js';
import { userOf } from './token.js';

const KEY = 'throng.session';

let app;
const login = new LoginView({ onToken: (session, fresh) => begin(session, fresh) });

/** `#token=…`, with `&watch` to change nothing. It doesn't stay in the address, where it would be copied. */
function fromAddress() {
  const fields = new URLSearchParams(location.hash.slice(1));
  const token = fields.get('token');
  if (!token) return undefined;
  history.replaceState(null, '', location.pathname + location.search);
  return { token, watching: fields.has('watch') };
}

function fromBefore() {
  const kept = sessionStorage.getItem(KEY);
  return kept ? JSON.parse(kept) : undefined;
}

function begin(session, fresh = false) {
  const user = userOf(session.token);
  if (!user) return login.show('That is no token.');
  sessionStorage.setItem(KEY, JSON.stringify(session));
  login.hide();
  app = new App({ ...session, user, onEnd: end });
  app.start({ fresh });
}

async function end(reason) {
  const ended = app;
  app = undefined;
  sessionStorage.removeItem(KEY);
  history.replaceState(null, '', location.pathname + location.search);
  await ended.end({ forget: reason === '' });
  login.show(reason);
}

addEventListener('hashchange', () => {
  const session = fromAddress();
  if (!session) return;
  sessionStorage.setItem(KEY, JSON.stringify(session));
  location.reload();
});

const session = fromAddress() ?? fromBefore();
if (session) begin(session);
else login.show();
