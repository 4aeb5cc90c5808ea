import { createServer } from "node:http";
import { createApp, echoWebSockets } from "./app.js";

const port = Number(process.env.PORT ?? 3000);
const host = process.env.HOST ?? "127.0.0.1";

const server = createServer(createApp());
const sockets = echoWebSockets(server);
server.listen(port, host, () => console.log(`listening on ${host}:${port}`));

// The platform sends TERM when a newer release has taken over: finish what is in flight, then leave.
process.on("SIGTERM", () => {
  for (const socket of sockets.clients) socket.close(1001, "restarting");
  server.close(() => process.exit(0));
});
