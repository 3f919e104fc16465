// What is tried before a rung is chosen: that right kernels pass, and wrong ones do not.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { f32x4 } from '../../kernel/wasm/asm.ts'
import { RUNGS } from '../../kernel/wasm/rung.ts'
import { firstWorking, hasRelaxedSimd, useWideSimd } from './features.ts'
import { passesSelfTest } from './selfTest.ts'

afterEach(() => vi.restoreAllMocks())

describe('the self-test', () => {
  const here = RUNGS.filter((rung) => rung === 'plain' || (rung === 'wide' ? useWideSimd() : hasRelaxedSimd()))

  it.each(here)('passes on %s', (rung) => {
    expect(passesSelfTest(rung)).toBe(true)
  })

  it('fails where a product is wrong', () => {
    const right = f32x4.mul
    vi.spyOn(f32x4, 'mul').mockImplementation((a, b) => f32x4.add(right(a, b), f32x4.const(1)))
    expect(passesSelfTest('plain')).toBe(false)
  })

  it('fails where a transform alone is wrong', () => {
    vi.spyOn(f32x4, 'sub').mockImplementation((a, b) => f32x4.add(a, b))
    expect(passesSelfTest('plain')).toBe(false)
  })

  it('fails where the runtime refuses a kernel', () => {
    vi.spyOn(WebAssembly, 'Module').mockImplementation(() => {
      throw new Error('no such instruction')
    })
    expect(passesSelfTest('plain')).toBe(false)
  })
})

it('a rung that fails is passed over', () => {
  expect(firstWorking('wide', () => true)).toBe('wide')
  expect(firstWorking('wide', (rung) => rung !== 'wide')).toBe('relaxed')
  expect(firstWorking('relaxed', () => false)).toBe('plain')
})
