#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Command, Option, InvalidArgumentError } from 'commander';
import { pino } from 'pino';
import { o as openStore, c as createServer$1 } from './shared/open.js';
import './shared/codec.js';
import './shared/run.js';
import 'node:net';
import 'prom-client';
import 'node:crypto';
import './shared/env.js';
import 'ws';
import 'node:url';
import 'node:path';

const TEXT = "text/plain; version=0.0.4; charset=utf-8";
function createScrape(server) {
  return createServer((request, response) => {
    const { method, url = "" } = request;
    if (url.split("?", 1)[0] !== "/metrics") response.writeHead(404).end();
    else if (method !== "GET" && method !== "HEAD") response.writeHead(405, { allow: "GET, HEAD" }).end();
    else void answer(server, response);
  });
}
async function answer(server, response) {
  const text = await server.metrics();
  response.writeHead(200, { "content-type": TEXT, "cache-control": "no-store" }).end(text);
}

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
    "Serves Holdfast channels over WebSocket, server-sent events, long and short polling. They are kept in memory unless said otherwise, and open to everybody who may connect."
  ).option("-V, --version", "print the version").on("option:version", showVersion).option("-p, --port <number>", "TCP port; 0 takes a free one", whole(65535), 8080).option("--host <address>", "address to listen on", "127.0.0.1").option("--path <path>", "path of all transports", "/realtime").option(
    "-o, --origin <origin>",
    "page that may connect, '*' for all; again for more (default: the same host)",
    collect
  ).option("--idle <ms>", "silence after which a link is dropped", whole(36e5), 45e3).option("--drain <ms>", "on SIGTERM and SIGINT, clients are sent away over this time", whole(6e5), 4e3).option("--per-address <links>", "links of one address at once (default: any number)", whole(1e6)).option("--trust-proxy <number>", "proxies before it whose X-Forwarded-For is believed", whole(16), 0).option("--metrics <port>", "serve /metrics for Prometheus on this TCP port; 0 takes a free one", whole(65535)).option("--metrics-host <address>", "address for that", "127.0.0.1").addOption(
    new Option("--store <store>", "where messages are kept: memory, file:PATH (one node), or Redis's URL").env("HOLDFAST_STORE").default("memory")
  ).addOption(new Option("--log-level <level>", "least to log").choices(LEVELS).default("info")).addHelpText(
    "after",
    "\nEnvironment:\n  HOLDFAST_SECRET  signs session and link tickets, 16 characters at least (default: random)\n  HOLDFAST_STORE   as --store: where a password does not show in the list of processes"
  ).parse().opts();
}
async function start({ port, host, path, origin, idle, drain, logLevel, ...rest }) {
  const { metrics, metricsHost, perAddress: maxLinksPerAddress, trustProxy } = rest;
  const log = pino({ level: logLevel });
  const secret = process.env["HOLDFAST_SECRET"];
  const allowedOrigins = origin?.includes("*") ? "*" : origin;
  const http = createServer();
  const store = await openStore(rest.store);
  const server = createServer$1({
    ...{ store, allowedOrigins, secret, idle, log, maxLinksPerAddress, trustProxy }
  }).attach(http, { path });
  listen(http, { host, port, flag: "--port" }, (at) => console.log(`holdfast is listening on ws://${at}${path}`));
  const open = [http];
  if (metrics !== void 0) {
    const scrape = createScrape(server);
    listen(
      scrape,
      { host: metricsHost, port: metrics, flag: "--metrics" },
      (at) => console.log(`metrics are on http://${at}/metrics`)
    );
    open.push(scrape);
  }
  stopOnSignal(open, server, store, drain);
}
function listen(http, place, onListening) {
  http.on("error", (error) => fail(explain(error, place)));
  http.listen(place.port, place.host, () => {
    const { address, family, port: bound } = http.address();
    onListening(`${family === "IPv6" ? `[${address}]` : address}:${bound}`);
  });
}
function stopOnSignal(open, server, store, spread) {
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(1);
    stopping = true;
    console.log("holdfast sends its clients away and stops");
    void server.close({ spread }).then(async () => {
      await store.close();
      for (const http of open) {
        http.close();
        http.closeAllConnections();
      }
    });
  };
  process.on("SIGTERM", stop).on("SIGINT", stop);
}
function explain({ code, message }, { host, port, flag }) {
  if (code === "EADDRINUSE") return `port ${port} on ${host} is in use; choose another with ${flag}`;
  if (code === "EACCES") return `port ${port} needs rights that this user has not; choose one above 1023 with ${flag}`;
  return message;
}
function fail(message) {
  console.error(`holdfast: ${message}`);
  process.exit(1);
}
start(flags()).catch((error) => fail(error instanceof Error ? error.message : String(error)));
//# sourceMappingURL=cli.js.map
