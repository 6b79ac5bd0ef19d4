import express from "express";

export const app = express();
app.disable("x-powered-by");

app.get("/", (request, response) => {
  response.json({ message: "Hello from Express" });
});

// Tells that the application is alive; nothing else, so that a slow database does not end it.
app.get("/ping", (request, response) => {
  response.json({ message: "pong" });
});
