// `explain` and `export`: a network op by op, and a run as files for other tools.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { decode } from '../src/gluon/onnx/protobuf.ts'
import { schema } from '../src/gluon/onnx/schema.ts'
import { decodeNpz } from '../src/io/npz.ts'
import { decodeSafetensors } from '../src/io/safetensors.ts'
import { glueball } from './cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'glueball-export-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (...names: string[]) => join(folder, ...names)

test('explain prints the ops of a network and draws them', async () => {
  const { code, stdout } = await glueball('explain', 'lenet', '--svg', at('lenet.svg'))
  expect(code).toBe(0)
  expect(stdout).toMatch(/^block +op +output +bytes +FLOP +alive\n0 \(Conv2D\) +conv +\(1, 6, \d+, \d+\)/)
  expect(stdout).toMatch(/ops, .*FLOP, parameters 1\d\d kB/)
  expect(readFileSync(at('lenet.svg'), 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/)
  expect(await glueball('explain')).toMatchObject({ code: 2, stdout: '' })
})

test('export writes what the ending names, with classes and preprocessing', async () => {
  const run = ['train', 'lenet', '--dataset', 'fashion-mnist-subset', '--epochs', '1']
  await glueball(...run, '--limit-train', '64', '--limit-test', '64', '--out', at('run'))
  expect(await glueball('export', at('run'), '--out', at('net.onnx'))).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('net.onnx (onnx): images of 28 × 28, 10 classes'),
  })
  const model = decode(schema, 'model', readFileSync(at('net.onnx')))
  const metadata = Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value]))
  expect(JSON.parse(metadata.classes as string)).toHaveLength(10)
  expect(metadata).toMatchObject({ size: '28', model: 'lenet' })
  const names = (values: readonly { name: string | undefined }[] = []) => values.map(({ name }) => name)
  expect([names(model.graph?.input), names(model.graph?.output)]).toEqual([['images'], ['scores']])
  await glueball('export', at('run'), '--out', at('net.weights'), '--format', 'safetensors')
  const { tensors } = decodeSafetensors(readFileSync(at('net.weights')))
  expect(tensors.map(({ name }) => name)).toContain('0.weight')
  await glueball('export', at('run'), '--out', at('net.npz'))
  expect(
    decodeNpz(readFileSync(at('net.npz')))
      .map(({ name, shape }) => [name, shape])
      .sort(),
  ).toEqual(tensors.map(({ name, shape }) => [name, shape]).sort())
  await glueball('export', at('run'), '--out', at('net.params'))
  expect(readFileSync(at('net.params')).readUInt32LE(0)).toBe(0x112)
  await glueball('export', at('run'), '--out', at('net'), '--format', 'mxnet')
  expect(JSON.parse(readFileSync(at('net-symbol.json'), 'utf8')).attrs).toEqual({ mxnet_version: ['int', 10901] })
  expect(readFileSync(at('net-0000.params')).readUInt32LE(0)).toBe(0x112)
  await glueball('export', at('run'), '--out', at('bytes.onnx'), '--fold', '--preprocess')
  const { input } = decode(schema, 'model', readFileSync(at('bytes.onnx'))).graph ?? {}
  expect(input?.[0].type?.tensorType?.shape?.dim.slice(1).map(({ dimValue }) => dimValue)).toEqual([28, 28, 1])
})

test.each([
  [['export', 'x'], 'which file? Give --out FILE'],
  [
    ['export', 'x', '--out', 'net.tar'],
    'net.tar names no format: add --format, one of onnx, safetensors, npz, params, mxnet',
  ],
  [['export', 'x', '--out', 'net', '--format', 'onx'], 'there is no format onx. Did you mean onnx?'],
  [['export', '--out', 'net.onnx'], 'which checkpoint?'],
])('%j is answered in one line', async (args, message) => {
  const { code, stderr } = await glueball(...args)
  expect([code, stderr.trimEnd().split('\n').length]).toEqual([2, 1])
  expect(stderr).toContain(message)
})
