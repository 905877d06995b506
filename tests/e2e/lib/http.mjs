// The HTTP API, a connection for each call: nothing is shared with a server that was since killed.

import { request as plain } from 'node:http';
import { request as secure } from 'node:https';

import { within } from './wait.mjs';

/** `{status, headers, text, json}`; `json` is undefined if the body isn't JSON. */
export async function call(server, method, path, { token, body, type, headers = {} } = {}) {
  const sent = typeof body === 'object' ? JSON.stringify(body) : body;
  const all = { ...headers };
  if (token) all.authorization = `Bearer ${token}`;
  if (sent !== undefined) {
    all['content-type'] = type ?? 'application/json';
    all['content-length'] = Buffer.byteLength(sent);
  }
  const answer = new Promise((done, failed) => {
    const { host, port, ca } = server;
    const request = ca ? secure : plain;
    const asked = request({ host, port, ca, method, path, headers: all, agent: false }, (reply) => {
      let text = '';
      reply.setEncoding('utf8');
      reply.on('data', (part) => (text += part));
      reply.on('error', failed);
      reply.on('end', () => {
        done({ status: reply.statusCode, headers: reply.headers, text, json: parse(text) });
      });
    });
    asked.on('error', failed);
    asked.end(sent);
  });
  return within(answer, `${method} ${path}`);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A new chat of `members`, made by the first of them. */
export async function makeChat(server, members, fields = {}) {
  const body = { members, ...fields };
  const answer = await call(server, 'POST', '/chats', { token: server.token(members[0]), body });
  if (answer.status !== 200) throw new Error(`POST /chats: ${answer.status} ${answer.text}`);
  return answer.json.chat;
}

/** A `history` event, for whoever has that token, or an `error`; `next` is of the page before. */
export async function fetchPage(server, token, chat, { next, limit } = {}) {
  const query = new URLSearchParams({ chatId: chat });
  if (next !== undefined) query.set('paginationToken', next);
  if (limit !== undefined) query.set('limit', limit);
  return (await call(server, 'GET', `/fetch?${query}`, { token })).json;
}
