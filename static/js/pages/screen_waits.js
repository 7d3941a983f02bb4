/** A screen that waits to be enrolled: asks how it stands, and comes again when it does not wait any more. */
const ASK_EVERY = 2_000; // ms

async function ask() {
  const answer = await fetch("/screen/state", { cache: "no-store" }).catch(() => null);
  // Made a screen, or its code is no longer good: the same page says which. Without an answer it waits.
  if (answer?.status === 205) return location.replace("/screen");
  setTimeout(ask, ASK_EVERY);
}
setTimeout(ask, ASK_EVERY);

/** A computer that falls asleep takes the room's screen with it: only HTTPS lets a page prevent that. */
document.getElementById("insecure")?.toggleAttribute("hidden", "wakeLock" in navigator);

const full = () => document.getElementById("full")?.toggleAttribute("hidden", innerHeight >= screen.height);
addEventListener("resize", full);
full();
