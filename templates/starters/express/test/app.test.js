import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";

import { app } from "../app.js";

let server;
let address;

before(async () => {
  server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  address = `http://127.0.0.1:${server.address().port}`;
});

after(() => server.close());

test("/ says hello", async () => {
  const response = await fetch(`${address}/`);
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { message: "Hello from Express" });
});

test("/ping answers", async () => {
  const response = await fetch(`${address}/ping`);
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { message: "pong" });
});

test("another path is not found", async () => {
  const response = await fetch(`${address}/nothing`);
  assert.equal(response.status, 404);
});
