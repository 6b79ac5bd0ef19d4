import { app } from "./app.js";

const port = Number(process.env.PORT ?? 3000);

const server = app.listen(port, "0.0.0.0", (error) => {
  if (error) {
    throw error;
  }
  console.log(`listening on port ${port}`);
});

// Longer than a load balancer keeps a connection, so that none is closed just when it is taken for the next request.
server.keepAliveTimeout = 65_000;

// As process 1 of a container Node ends on a signal only if it is told to. Requests that have begun may still take 5 s.
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    server.close();
    setTimeout(() => server.closeAllConnections(), 5000).unref();
  });
}
