// Waiting with a deadline. The deadlines are for machines that are busy; nothing waits longer than
// it must.

export const DEADLINE_MS = 30_000;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The promise's value; after the deadline an error that says what was waited for. */
export async function within(promise, what, ms = DEADLINE_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms for ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks again and again until the answer is truthy, and gives it back. */
export async function until(ask, what, { ms = DEADLINE_MS, every = 25 } = {}) {
  const deadline = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${ms} ms until ${what}`);
    await sleep(every);
  }
}
