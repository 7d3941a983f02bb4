import { ask } from "../lib/door.js";

/**
 * The notice of a closed door leaves by itself once one may come in. The general one, which says the same
 * to everybody, gives way to one's own.
 */
const room = new URL("./", location.href);
const shown = document.querySelector(".door-notice[data-place]")?.getAttribute("data-place");
void ask({
  room,
  enter: () => location.replace(room),
  waits: (place) => {
    if (place !== shown) location.replace(room);
  },
});
