// What ids, times and chats look like to people.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const shortDate = new Intl.DateTimeFormat(undefined, { day: '2-digit', month: '2-digit', year: '2-digit' });

export const nameOf = (user, me) => (user === me ? 'You' : `User ${user}`);

export const clockTime = (time) => clock.format(time);

const startOfDay = (time) => new Date(time).setHours(0, 0, 0, 0);

/** How many midnights ago that was. */
const daysAgo = (time, now) => Math.round((startOfDay(now) - startOfDay(time)) / DAY_MS);

export const dayKey = (time) => startOfDay(time);

export function dayLabel(time, now = Date.now()) {
  const days = daysAgo(time, now);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return days < 7 ? weekday.format(time) : date.format(time);
}

/** As short as a list has room for. */
export function shortTime(time, now = Date.now()) {
  const days = daysAgo(time, now);
  if (days <= 0) return clockTime(time);
  if (days === 1) return 'Yesterday';
  return days < 7 ? weekday.format(time) : shortDate.format(time);
}

export function lastSeen(presence, now = Date.now()) {
  if (!presence) return '';
  if (presence.online) return 'online';
  if (!presence.lastSeen) return 'never seen yet';
  const ago = now - presence.lastSeen;
  if (ago < MINUTE_MS) return 'last seen just now';
  if (ago < HOUR_MS) return `last seen ${Math.floor(ago / MINUTE_MS)} min ago`;
  const day = dayLabel(presence.lastSeen, now);
  return `last seen ${day === 'Today' ? '' : `${day} `}at ${clockTime(presence.lastSeen)}`;
}

/** The name of the chat, or else who is in it. */
export function titleOf(chat, me) {
  if (chat.name) return chat.name;
  if (!chat.members) return `Chat ${chat.id}`;
  const others = chat.members.filter((member) => member.user !== me);
  if (others.length === 0) return 'Only you';
  const shown = others.slice(0, 3).map((member) => nameOf(member.user, me)).join(', ');
  const more = chat.count - 1 - Math.min(others.length, 3);
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** One or two letters for a round picture. */
export function initials(title) {
  const words = title.match(/[\p{L}\p{N}]+/gu) ?? ['?'];
  if (/^\d+$/.test(words[1] ?? '')) return words[1].slice(-2);
  return words.slice(0, 2).map((word) => [...word][0]).join('').toUpperCase();
}

/** A colour of one's own, the same everywhere: neighbouring ids are far apart. */
export const hueOf = (id) => Math.round((id * 137.508) % 360);

/** One line of what a message says. */
export function summary(message) {
  if (message.deleted) return 'Deleted';
  const text = message.body.replace(/\s+/g, ' ').slice(0, 160);
  return message.asset ? text || 'Image' : text;
}

export const counted = (number, one, many) => `${number} ${number === 1 ? one : many}`;

export function typingText(chat, now) {
  const [first, second, third] = chat.typists(now);
  if (first === undefined) return '';
  if (chat.count === 2) return 'typing…';
  if (second === undefined) return `${nameOf(first)} is typing…`;
  return third === undefined ? `${nameOf(first)} and ${nameOf(second)} are typing…` : 'Several people are typing…';
}

/** What an error of the server means to whoever reads it. */
const REASONS = {
  bad_credentials: 'Unknown e-mail address or wrong password.',
  already_exists: 'That e-mail address is taken: log in instead.',
  bad_token: 'The token isn’t valid, or no longer.',
  no_such_chat: 'There is no such chat.',
  not_a_member: 'You are not a member of that chat.',
  no_such_message: 'That message can’t be changed any more.',
  rate_limited: 'Too many at once. Try again in a moment.',
  overloaded: 'The server is busy. Try again in a moment.',
  unavailable: 'The server can’t do that at the moment.',
  too_large: 'That is too large.',
};

export const reasonOf = (error) => REASONS[error.code] ?? (error.message || 'That didn’t work.');
