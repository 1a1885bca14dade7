import { longPoll, shortPoll } from '../../src/transports/poll.js'
import { sse } from '../../src/transports/sse.js'
import { httpStand } from '../support/http-stand.js'
import { conformance } from './conformance.js'

conformance('sse()', () => httpStand(sse()))
conformance('longPoll()', () => httpStand(longPoll()))
conformance('shortPoll()', () => httpStand(shortPoll({ interval: 50 })))
