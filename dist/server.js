export { A as AuthError, M as MemoryStore, c as createServer } from './shared/create.js';
export { F as FrameError, H as HoldfastError, O as OptionError } from './shared/run.js';
import './shared/codec.js';
import 'node:http';
import 'node:crypto';
import './shared/env.js';
import 'ws';
//# sourceMappingURL=server.js.map
