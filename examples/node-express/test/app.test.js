import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { createApp } from "../app.js";

test("a message comes back as it went", async (t) => {
  const server = createServer(createApp());
  t.after(() => server.close());
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));

  const reply = await fetch(`http://127.0.0.1:${server.address().port}/echo`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ text: "hello" }),
  });

  assert.deepEqual(await reply.json(), { text: "hello" });
});
