// The peer: Hocuspocus with its SQLite extension and its own defaults.
import { SQLite } from "@hocuspocus/extension-sqlite";
import { Server } from "@hocuspocus/server";

const { PORT, DATA } = process.env;
await new Server({
  address: "127.0.0.1",
  port: Number(PORT),
  quiet: true,
  extensions: [new SQLite({ database: `${DATA}/hocuspocus.sqlite` })],
}).listen();
