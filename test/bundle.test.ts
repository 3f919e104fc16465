// A minified bundle works: names of blocks and parameters survive, and the worker, which travels as text, computes.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

const program = `
import { loss, nd, nn } from 'glueball'
const net = new nn.HybridSequential()
net.nameScope(() => net.add(new nn.Conv2D(2, 3, { activation: 'relu' }), new nn.GlobalAvgPool2D(), new nn.Dropout(0.5)))
console.log([...net.collectParams().keys()].join(' '))
console.log([...net].map((layer) => layer.name).join(' '))
console.log(String(net))
console.log(new loss.SoftmaxCrossEntropyLoss().name)
net.initialize()
console.log(await nd.sum(net(nd.zeros([1, 1, 8, 8])).sin()).asscalar())
console.log(nn.Conv2D.name === 'Conv2D' ? 'kept' : 'renamed')
`

it('keeps names and computes when minified', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'glueball-'))
  const outfile = join(folder, 'bundle.mjs')
  await build({
    stdin: { contents: program, resolveDir: root },
    bundle: true,
    minify: true,
    conditions: ['source'],
    format: 'esm',
    platform: 'node',
    outfile,
  })
  try {
    const lines = execFileSync(process.execPath, [outfile], { encoding: 'utf8' }).trim().split('\n')
    expect(lines).toEqual([
      'hybridsequential0_conv0_weight hybridsequential0_conv0_bias',
      'hybridsequential0_conv0 hybridsequential0_pool0 hybridsequential0_dropout0',
      'HybridSequential(',
      '  (0): Conv2D(None -> 2, kernel_size=(3, 3), stride=(1, 1), Activation(relu))',
      '  (1): GlobalAvgPool2D(size=(1, 1), stride=(1, 1), padding=(0, 0), ceil_mode=True, global_pool=True, pool_type=avg, layout=NCHW)',
      '  (2): Dropout(p = 0.5, axes=())',
      ')',
      'softmaxcrossentropyloss0',
      '0',
      'renamed',
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
