// The tutorial's network: names, shapes, counts and files as Gluon has them.
import { mkdtemp, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpu, gluon, init, nd, reference } from 'glueball'
import { describe, expect, it } from 'vitest'

const { mlpconv, nin } = gluon.models

describe('mlpconv', () => {
  it('of 16 channels and kernel 3 turns (1, 3, 8, 8) into (1, 16, 2, 2)', () => {
    const block = mlpconv(16, 3, 0)
    block.initialize()
    expect(String(block(nd.randomNormal({ shape: [1, 3, 8, 8] })).shape)).toBe('(1, 16, 2, 2)')
  })
})

describe('nin', () => {
  function layers(side: number): { suffix: string; shape: string }[] {
    const net = nin()
    net.initialize({ ctx: cpu(), init: new init.Xavier() })
    let x = nd.random.uniform({ shape: [1, 1, side, side] })
    const rows: { suffix: string; shape: string }[] = []
    for (const layer of net) {
      x = layer(x)
      rows.push({ suffix: layer.name.slice(net.name.length + 1), shape: String(x.shape) })
    }
    return rows
  }

  it('has the names and shapes of the tutorial at 224', () => {
    expect(layers(224)).toEqual([
      { suffix: 'sequential0', shape: '(1, 96, 26, 26)' },
      { suffix: 'sequential1', shape: '(1, 256, 12, 12)' },
      { suffix: 'sequential2', shape: '(1, 384, 5, 5)' },
      { suffix: 'dropout0', shape: '(1, 384, 5, 5)' },
      { suffix: 'sequential3', shape: '(1, 10, 5, 5)' },
      { suffix: 'pool0', shape: '(1, 10, 1, 1)' },
      { suffix: 'flatten0', shape: '(1, 10)' },
    ])
  })

  it('has sides 12, 5, 2, 2, 2, 1 at 112', () => {
    const sides = layers(112).map(({ shape }) => shape.match(/(\d+)\)$/)?.[1])
    expect(sides.slice(0, 6)).toEqual(['12', '5', '2', '2', '2', '1'])
  })

  it('has 1,992,166 parameters and a .params file of 7,970,160 bytes', async () => {
    const net = nin()
    net.initialize({ init: new init.Xavier() })
    net(nd.zeros([1, 1, 112, 112]))
    const sizes = [...net.collectParams().values()].map((parameter) => parameter.data().size)
    expect(sizes.length).toBe(24)
    expect(sizes.reduce((a, b) => a + b)).toBe(1_992_166)
    const file = join(await mkdtemp(join(tmpdir(), 'glueball-')), 'nin.params')
    await net.saveParameters(file)
    expect((await stat(file)).size).toBe(7_970_160)
  })

  it('refuses an image that is too small, naming the layer', () => {
    const net = nin()
    net.initialize()
    expect(() => net(nd.zeros([1, 1, 66, 66]))).toThrow(/in .*\(MaxPool2D\): \[maxPool\]/)
    net(nd.zeros([1, 1, 67, 67]))
  })

  it('gives the same parameters after a round through a file, on another engine too', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'glueball-')), 'narrow.params')
    const net = nin({ narrow: 8 })
    net.initialize({ init: new init.Xavier() })
    const x = nd.random.uniform({ shape: [2, 1, 67, 67] })
    const expected = await net(x).toArray()
    await net.saveParameters(file)
    const other = nin({ narrow: 8 })
    await other.loadParameters(file, { ctx: reference() })
    const got = await other(x.asInContext(reference())).toArray()
    expected.forEach((value, i) => {
      expect(got[i]).toBeCloseTo(value, 5)
    })
  })
})

describe('names without scopes, as d2l builds it', () => {
  it('count each kind globally', async () => {
    const { execFile } = await import('node:child_process')
    const { promisify } = await import('node:util')
    const program = new URL('./d2l.ts', import.meta.url).pathname
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', program])
    expect(stdout.trim().split('\n')).toEqual([
      'sequential1 pool0 sequential2 pool1 sequential3 pool2 dropout0 sequential4 pool3 flatten0',
      'conv0_weight conv11_bias',
    ])
  })
})
