import { simulate } from './simulate.js'

// eslint-disable-next-line no-console -- placeholder
console.log(simulate)
