export { A as AuthError, F as FileStore, M as MemoryStore, R as RedisStore, c as createServer, o as openStore } from './shared/open.js';
export { F as FrameError, H as HoldfastError, M as MessageError, O as OptionError } from './shared/run.js';
import './shared/codec.js';
import 'node:http';
import 'node:net';
import 'prom-client';
import 'node:crypto';
import './shared/env.js';
import 'ws';
import 'node:url';
import 'node:path';
import 'node:fs';
//# sourceMappingURL=server.js.map
