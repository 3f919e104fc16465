// Kernel modules: built once, when used, by key.
import { expect, it } from 'vitest'
import { item } from './asm.ts'
import { defineModule } from './module.ts'

it('builds at first use, once for a key', () => {
  let built = 0
  const define = () =>
    defineModule('test/module', () => {
      built++
      return [item('first', () => {}), item('second', () => {})]
    })
  const module = define()
  expect(built).toBe(0)
  expect(define()).toBe(module)
  expect(module.entries).toEqual(['first', 'second'])
  expect(WebAssembly.validate(module.bytes())).toBe(true)
  expect(module.bytes()).toBe(module.bytes())
  expect(built).toBe(1)
})
