// Strict JSON: what JSON.parse takes in silence is refused, what is right comes through unchanged.
import { expect, test } from 'vitest'
import { parseJson } from './json.ts'

test.each([
  '{"a":{"b":[1,2,{"c":null}]},"b":"x","__proto__":1}',
  '{"a\\"":1,"a":2,"":3,"\\\\":4}',
  ' [ "a" , "a" , {"k":"k"} , true, -0.5e3 ] ',
  '"{[\\"{"',
  'null',
])('%s is as JSON.parse reads it', (text) => {
  expect(parseJson(text, 4)).toEqual(JSON.parse(text))
})

test.each([
  ['{"a":1,"b":{"a":2},"a":3}', 'a key comes twice in one object'],
  ['{"a":1,"\\u0061":3}', 'comes twice'],
  ['[{"x":[{"y":1,"y":1}]}]', 'a key comes twice'],
  ['{"__proto__":1,"__proto__":2}', 'comes twice'],
  ['[[[[[]]]]]', 'nest more than 4 deep'],
  [`${'['.repeat(10_000_000)}`, 'nest more than 4 deep'],
  [`[${'{},'.repeat(2 ** 19)}1]`, 'more than 524288 keys, lists and objects'],
  [`{${Array.from({ length: 2 ** 19 }, (_, i) => `"${i}":0`).join()}}`, 'more than 524288 keys, lists and objects'],
  ['{"a":[1,-1e999]}', 'a number is beyond float64'],
  ['', 'JSON'],
  ['{"a', 'JSON'],
  ['{"\\', 'JSON'],
  [']]]{', 'JSON'],
  ['{"a":1}{', 'JSON'],
])('%.30s is refused', (text, message) => {
  expect(() => parseJson(text, 4)).toThrow(SyntaxError)
  expect(() => parseJson(text, 4)).toThrow(message)
})
