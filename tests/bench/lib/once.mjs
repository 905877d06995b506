/** Asks the first time only; whoever asks again gets the same answer, or the same error. */
export function once(ask) {
  let answer;
  return () => (answer ??= ask());
}
