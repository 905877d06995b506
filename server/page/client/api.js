// The HTTP API, relative to the page, so that a proxy may put both under a path.

const urlOf = (path) => new URL(path, document.baseURI);

/** What the server said no with, or that it couldn't be reached. */
export class ApiError extends Error {
  constructor(status, { code = 'unreachable', message = 'The server can’t be reached.' } = {}) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function ask(method, path, { token, body, type = 'application/json' } = {}) {
  const headers = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = type;
  let answer;
  try {
    answer = await fetch(urlOf(path), { method, headers, body, cache: 'no-store' });
  } catch {
    throw new ApiError(0);
  }
  if (!answer.ok) throw new ApiError(answer.status, await answer.json().catch(() => undefined));
  return answer;
}

const askJson = async (...args) => (await ask(...args)).json();
const post = (path, fields, token) => askJson('POST', path, { token, body: JSON.stringify(fields) });

export const webSocketUrl = () => Object.assign(urlOf('v1/ws'), { protocol: location.protocol.replace('http', 'ws') });

export const logIn = (email, password) => post('login', { email, password });
export const register = (email, password, name) => post('register', { email, password, name: name || undefined });

/** The calls of somebody who is logged in. */
export class Api {
  constructor(token) {
    this.token = token;
  }

  async chats() {
    return (await askJson('GET', 'chats', { token: this.token })).chats;
  }

  /** Its name, how many are in it, and 1,000 of them: those above `after`. */
  chat(id, after = 0) {
    return askJson('GET', `chats/${id}?after=${after}`, { token: this.token });
  }

  /** `key` makes it safe to ask again. */
  async makeChat(members, name, key) {
    return (await post('chats', { members, name: name || undefined, key }, this.token)).chat;
  }

  rename(id, name) {
    return askJson('PATCH', `chats/${id}`, { token: this.token, body: JSON.stringify({ name }) });
  }

  addMembers(id, users) {
    return post(`chats/${id}/members`, { add: users }, this.token);
  }

  /** Oneself: to leave. */
  removeMember(id, user) {
    return askJson('DELETE', `chats/${id}/members/${user}`, { token: this.token });
  }

  async hasAsset(name) {
    try {
      await ask('HEAD', `assets/${name}`, { token: this.token });
      return true;
    } catch (error) {
      if (error.status === 404) return false;
      throw error;
    }
  }

  putAsset(name, blob) {
    return ask('PUT', `assets/${name}`, { token: this.token, body: blob, type: blob.type });
  }

  /** Its bytes never change, so the browser may keep them. */
  async asset(name) {
    const headers = { authorization: `Bearer ${this.token}` };
    const answer = await fetch(urlOf(`assets/${name}`), { headers });
    if (!answer.ok) throw new ApiError(answer.status, await answer.json().catch(() => undefined));
    return answer.blob();
  }
}
