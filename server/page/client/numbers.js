// Numbers of users, as people write them.

/** "3, 17" as [3, 17], each once; undefined if there is none, or something else. */
export function readNumbers(text) {
  const ids = [...new Set(text.split(/[\s,;]+/).filter(Boolean).map(Number))];
  return ids.length > 0 && ids.every((id) => Number.isSafeInteger(id) && id > 0) ? ids : undefined;
}
