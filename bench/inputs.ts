// Writes what every system is given: the same weights, in three forms, and a random batch. Usage: node bench/inputs.ts FOLDER
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gluon, init, nd } from '../src/index.ts'
import { decodeParams } from '../src/io/params.ts'
import { batch, side } from './nin.ts'
import { ninToOnnx } from './onnx.ts'

/** Writes nin.params, nin.onnx, weights.f32, images.f32 and labels.i32; numbers are little-endian. */
async function writeInputs(folder: string): Promise<void> {
  nd.random.seed(0)
  const net = gluon.models.nin()
  net.initialize({ init: new init.Xavier() })
  const images = nd.random.uniform({ shape: [batch, 1, side, side] })
  net(images)
  const params = join(folder, 'nin.params')
  await net.saveParameters(params)
  const entries = decodeParams(new Uint8Array(readFileSync(params)), params)
  writeFileSync(join(folder, 'nin.onnx'), ninToOnnx(entries))
  writeFileSync(join(folder, 'weights.f32'), Buffer.concat(entries.map(({ data }) => bytesOf(data))))
  writeFileSync(join(folder, 'images.f32'), bytesOf(await images.toArray()))
  writeFileSync(join(folder, 'labels.i32'), bytesOf(Int32Array.from({ length: batch }, (_, i) => (i * 7) % 10)))
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

await writeInputs(process.argv[2])
