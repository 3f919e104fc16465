// A checkpoint is a safetensors file: a reader of twenty lines of Python, written from the format alone, agrees.
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { encodeCheckpoint } from './checkpoint.ts'

const reader = `
import json, struct, sys
file = sys.stdin.buffer.read()
(length,) = struct.unpack_from('<Q', file)
assert length <= 100_000_000 and length % 8 == 0
text = file[8:8 + length].decode('utf-8')
assert text[0] == '{' and text.rstrip(' ')[-1] == '}'
header = json.loads(text, object_pairs_hook=lambda pairs: pairs)
assert len({name for name, _ in header}) == len(header)
header = json.loads(text)
metadata, data, at, values = header.pop('__metadata__'), file[8 + length:], 0, {}
assert all(type(value) is str for value in metadata.values())
for name, entry in sorted(header.items(), key=lambda item: item[1]['data_offsets']):
    begin, end = entry['data_offsets']
    letter = {'F32': 'f', 'F64': 'd', 'I32': 'i', 'U8': 'B'}[entry['dtype']]
    count = 1
    for side in entry['shape']: count *= side
    assert begin == at and begin % struct.calcsize(letter) == 0
    values[name] = [entry['shape'], struct.unpack(f'<{count}{letter}', data[begin:end])]
    at = end
assert at == len(data)
json.dump([json.loads(metadata['header']), values], sys.stdout)
`

test('Python reads what was written', () => {
  const python = process.env['GLUEBALL_PYTHON'] ?? 'python3'
  const header = { epoch: 3, note: '轮次 "x"', sums: [0.1, 1e-300] }
  const input = encodeCheckpoint({
    header,
    arrays: [
      { name: 'mask', dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 255) },
      { name: 'weight:0.weight', dtype: 'float32', shape: [2, 1], data: Float32Array.of(1.5, -2) },
      { name: 'words', dtype: 'int32', shape: [2], data: Int32Array.of(-1, 2 ** 31 - 1) },
      { name: 'nothing', dtype: 'float32', shape: [0, 2], data: new Float32Array(0) },
      { name: 'scalar', dtype: 'float64', shape: [], data: Float64Array.of(Math.E) },
    ],
  })
  const { status, stdout, stderr } = spawnSync(python, ['-c', reader], { input, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(JSON.parse(stdout)).toEqual([
    header,
    {
      mask: [[3], [1, 2, 255]],
      'weight:0.weight': [
        [2, 1],
        [1.5, -2],
      ],
      words: [[2], [-1, 2 ** 31 - 1]],
      nothing: [[0, 2], []],
      scalar: [[], [Math.E]],
    },
  ])
})
