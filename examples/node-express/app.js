import express from "express";
import { WebSocketServer } from "ws";

/** The HTTP routes, apart from the listening, so that tests can start them on a port of their own. */
export function createApp() {
  const app = express();
  app.disable("x-powered-by");
  app.use(express.json());
  app.get("/", (_request, response) => response.json({ message: "Hello from Express", node: process.versions.node }));
  app.get("/healthz", (_request, response) => response.json({ status: "ok" }));
  app.post("/echo", (request, response) => response.json(request.body));
  return app;
}

/** Sends every WebSocket message back as it came. */
export function echoWebSockets(server) {
  const sockets = new WebSocketServer({ server, path: "/ws", maxPayload: 1024 * 1024 });
  sockets.on("connection", (socket) => {
    socket.on("message", (message, isBinary) => socket.send(message, { binary: isBinary }));
    socket.on("error", (error) => console.error("websocket:", error.message));
  });
  return sockets;
}
