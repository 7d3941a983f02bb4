/** Everything third-party a live page without an editor needs. */
export { Idiomorph } from "idiomorph";
export { io } from "socket.io-client";
