import { describe, expect, it } from 'vitest'
import { Throughput } from '../../src/core/throughput.js'

describe('what is large, and its time', () => {
  it('is 32 bytes a ms at first; what is small takes none', () => {
    const line = new Throughput()
    expect([line.time(8_191), line.time(8_192), line.time(64_000)]).toEqual([0, 256, 2_000])
    expect(line.within(1_000)).toBe(32_000)
  })
  it('is what the last took, within bounds', () => {
    const line = new Throughput()
    const after = (bytes: number, ms: number): number => {
      line.took(bytes, ms)
      return line.time(64_000)
    }
    expect(after(40_000, 10_000)).toBe(16_000)
    expect(after(8_191, 100_000)).toBe(16_000)
    expect([after(40_000, 100), line.within(1_000)]).toEqual([160, 32_000])
    expect([after(40_000, 0), after(40_000, 1e9)]).toEqual([64, 64_000])
  })
  it('begins anew where a quick line has no answer', () => {
    const line = new Throughput()
    line.took(40_000, 40)
    line.doubt(64_000)
    expect(line.time(64_000)).toBe(2_000)
  })
  it('is twice as long where the last had no answer in its time; so what fails for its size gets through in the end', () => {
    const line = new Throughput()
    line.doubt(8_191)
    expect(line.time(64_000)).toBe(2_000)
    line.doubt(8_192)
    expect(line.time(64_000)).toBe(4_000)
    for (let n = 0; n < 9; n++) line.doubt(64_000)
    expect(line.time(64_000)).toBe(64_000)
  })
})
