// Writes what every system of a case is given: the case, its weights in three forms, random images and labels.
// Usage: node bench/inputs.ts CASE FOLDER
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nd } from '../src/index.ts'
import { decodeParams } from '../src/io/params.ts'
import { type Case, cases } from './cases.ts'
import { runChild } from './children.ts'
import { initOf, networkOf } from './networks.ts'
import { ninToOnnx } from './onnx.ts'
import { pytorch } from './systems.ts'

/** Writes case.json, weights.params, weights.f32, images.f32, labels.i32 and model.onnx; numbers are little-endian. */
async function writeInputs(kase: Case, folder: string): Promise<void> {
  const { batch, chains, network } = kase
  nd.random.seed(0)
  const { net, outputs } = networkOf(kase)
  net.initialize({ init: initOf(kase) })
  const images = chains.map(({ channels, side }) => nd.random.uniform({ shape: [batch, channels, side, side] }))
  outputs(images)
  const params = join(folder, 'weights.params')
  await net.saveParameters(params)
  const entries = decodeParams(new Uint8Array(readFileSync(params)), params)
  const write = (name: string, data: string | Uint8Array) => writeFileSync(join(folder, name), data)
  write('case.json', JSON.stringify(kase))
  if (network === 'nin') write('model.onnx', ninToOnnx(entries, chains[0]))
  write('weights.f32', Buffer.concat(entries.map(({ data }) => bytesOf(data))))
  write('images.f32', Buffer.concat((await Promise.all(images.map((image) => image.toArray()))).map(bytesOf)))
  write('labels.i32', bytesOf(Int32Array.from({ length: batch }, (_, i) => (i * 7) % 10)))
  if (kase.products && kase.systems.includes('onnxruntime')) await exportOnnx(folder)
}

/** Has PyTorch write model.onnx of a model of the zoo; where that fails, onnxruntime says that it has no model. */
async function exportOnnx(folder: string): Promise<void> {
  try {
    const { command, args } = pytorch('export.py', '--data', folder)
    await runChild(command, args, { stdio: ['ignore', 'ignore', 2] }, 100_000)
  } catch (error) {
    console.error(`no model for onnxruntime: ${(error as Error).message}`)
  }
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

const [name, folder] = process.argv.slice(2)
const kase = cases.find((known) => known.name === name)
if (!kase || !folder) throw new Error(`usage: node bench/inputs.ts CASE FOLDER; got '${name}' and '${folder}'`)
await writeInputs(kase, folder)
