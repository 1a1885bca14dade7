#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Command, Option, InvalidArgumentError } from 'commander';
import { pino } from 'pino';
import { c as createServer$1 } from './shared/create.js';
import './shared/run.js';
import './shared/codec.js';
import 'node:crypto';
import './shared/env.js';
import 'ws';

const whole = (most) => (text) => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most) throw new InvalidArgumentError(`It takes a whole number up to ${most}.`);
  return value;
};
const LEVELS = ["trace", "debug", "info", "warn", "error", "silent"];
const collect = (origin, others = []) => [...others, origin];
function showVersion() {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  console.log(JSON.parse(text).version);
  process.exit();
}
function flags() {
  return new Command("holdfast").description(
    "Serves Holdfast channels over WebSocket, server-sent events, long and short polling. They are kept in memory, and open to everybody who may connect."
  ).option("-V, --version", "print the version").on("option:version", showVersion).option("-p, --port <number>", "TCP port; 0 takes a free one", whole(65535), 8080).option("--host <address>", "address to listen on", "127.0.0.1").option("--path <path>", "path of all transports", "/realtime").option(
    "-o, --origin <origin>",
    "page that may connect, '*' for all; again for more (default: the same host)",
    collect
  ).option("--idle <ms>", "silence after which a link is dropped", whole(36e5), 45e3).option("--drain <ms>", "on SIGTERM and SIGINT, clients are sent away over this time", whole(6e5), 4e3).addOption(new Option("--log-level <level>", "least to log").choices(LEVELS).default("info")).addHelpText(
    "after",
    "\nEnvironment:\n  HOLDFAST_SECRET  signs session and link tickets, 16 characters at least (default: random)"
  ).parse().opts();
}
function start({ port, host, path, origin, idle, drain, logLevel }) {
  const log = pino({ level: logLevel });
  const secret = process.env["HOLDFAST_SECRET"];
  const allowedOrigins = origin?.includes("*") ? "*" : origin;
  const http = createServer();
  const server = createServer$1({ allowedOrigins, secret, idle, log }).attach(http, { path });
  http.on("error", (error) => fail(explain(error, host, port)));
  http.listen(port, host, () => {
    const { address, family, port: bound } = http.address();
    console.log(`holdfast is listening on ws://${family === "IPv6" ? `[${address}]` : address}:${bound}${path}`);
  });
  stopOnSignal(http, server, drain);
}
function stopOnSignal(http, server, spread) {
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(1);
    stopping = true;
    console.log("holdfast sends its clients away and stops");
    void server.close({ spread }).then(() => {
      http.close();
      http.closeAllConnections();
    });
  };
  process.on("SIGTERM", stop).on("SIGINT", stop);
}
function explain({ code, message }, host, port) {
  if (code === "EADDRINUSE") return `port ${port} on ${host} is in use; choose another with --port`;
  if (code === "EACCES") return `port ${port} needs rights that this user has not; choose one above 1023 with --port`;
  return message;
}
function fail(message) {
  console.error(`holdfast: ${message}`);
  process.exit(1);
}
try {
  start(flags());
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
//# sourceMappingURL=cli.js.map
