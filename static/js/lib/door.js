/** The door as one asks at it from outside: there is no line to somebody whom it keeps out. */
const ASK_EVERY = 4_000; // ms, and up to half as much again, so that a whole room does not ask at once

/**
 * Ask until the door is open, or one has been let in.
 * @param {object} then
 * @param {URL} then.room the session's own address
 * @param {() => void} then.enter
 * @param {(place: string) => void} [then.waits] it is shut; how one stands to the list of the room
 */
export async function ask({ room, enter, waits }) {
  const answer = await fetch(new URL("door", room), { cache: "no-store", redirect: "manual" }).catch(() => null);
  if (answer?.status === 204) return enter();
  if (answer?.status === 423) waits?.(await answer.text().catch(() => ""));
  setTimeout(ask, ASK_EVERY * (1 + Math.random() / 2), { room, enter, waits });
}
