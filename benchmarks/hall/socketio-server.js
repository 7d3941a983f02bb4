// What the hall is compared with: a plain Socket.IO server whose room gets one ready-made message.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Server } from "socket.io";

const [port, file] = process.argv.slice(2);
const html = readFileSync(file, "utf8");
const http = createServer();
const io = new Server(http, { serveClient: false, transports: ["websocket"] });

io.on("connection", (socket) => {
  socket.on("join", ({ topics }, answer) => {
    socket.join(topics);
    answer({ ok: true, fragments: Object.fromEntries(topics.map((topic) => [topic, html])) });
  });
  socket.on("command", (_, answer) => {
    io.to("agenda").emit("fragment", { topic: "agenda", html });
    answer({ ok: true });
  });
});
http.listen(Number(port), "127.0.0.1");
