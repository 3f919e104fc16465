// Arrays and numbers through JSON: each bit comes back, and text that is cut is refused.
import { expect, test } from 'vitest'
import { numberFromJson, numberToJson, SavedArray, savedArray } from './saved.ts'

test('arrays of all types and sizes come back to the bit', () => {
  const long = Float32Array.from({ length: 30_001 }, (_, i) => Math.sin(i) * 10 ** ((i % 70) - 35))
  const odd = [Number.NaN, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324]
  for (const data of [long, Float64Array.from(odd), Int32Array.of(-1, 7), Uint8Array.of(255), new Float32Array(0)]) {
    const saved = new SavedArray('x', [data.length], data)
    const back = savedArray('test', JSON.parse(JSON.stringify(saved)))
    expect([back.name, back.dtype, back.shape]).toEqual(['x', saved.dtype, [data.length]])
    expect(new Uint8Array(back.data.buffer)).toEqual(new Uint8Array(data.buffer))
  }
})

test('numbers that JSON does not know come back by name', () => {
  for (const value of [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    expect(Object.is(numberFromJson(JSON.parse(JSON.stringify(numberToJson(value)))), value)).toBe(true)
  }
  for (const other of [null, undefined, '1', 'infinity', {}]) expect(numberFromJson(other)).toBeUndefined()
})

test('what is no array of the shape it names is refused', () => {
  const text = (JSON.parse(JSON.stringify(new SavedArray('x', [2], Float32Array.of(1, 2)))) as { data: string }).data
  const read = (change: object) => () =>
    savedArray('test', { name: 'x', dtype: 'float32', shape: [2], data: text, ...change })
  expect(read({})().data).toEqual(Float32Array.of(1, 2))
  expect(read({ data: text.slice(0, -4) })).toThrow('[test] the state is damaged: the data of x')
  expect(read({ shape: [3] })).toThrow("the data of x don't fill its shape, got 2 numbers for (3,)")
  expect(read({ data: Int16Array.of(1, 2) })).toThrow('must be a typed array or its text, got an Int16Array')
  expect(read({ data: [1, 2] })).toThrow('must be a typed array or its text, got a list')
})
