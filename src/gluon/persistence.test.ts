// Saving and loading parameters: both styles of names, deferred shapes, and the errors of MXNet's gluon/block.py.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpu, type gluon, io, type NDArray, nd, nn, reference, rnn } from 'glueball'
import { afterAll, describe, expect, it } from 'vitest'
import { decodeParams, encodeParams, type ParamsEntry } from '../io/params.ts'

const ctx = reference()
const folder = mkdtempSync(join(tmpdir(), 'glueball-params-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const list = async (array: NDArray): Promise<number[]> => [...(await array.toArray())]
let files = 0

/** A file with these entries. */
function file(...entries: ParamsEntry[]): string {
  const path = join(folder, `${files++}.params`)
  writeFileSync(path, encodeParams(entries))
  return path
}

function entry(name: string, shape: number[], data: number[]): ParamsEntry {
  return { name, shape, dtype: 'float32', data: Float32Array.from(data) }
}

function net(options: { inUnits?: number } = {}): gluon.nn.Sequential {
  const made = new nn.Sequential({ prefix: 'net_' })
  made.nameScope(() => {
    made.add(new nn.Dense(2, options), new nn.Flatten())
  })
  return made
}

const weight = entry('0.weight', [2, 1], [3, 4])
const bias = entry('0.bias', [2], [5, 6])

describe('saveParameters', () => {
  it('writes structural names in the order of definition', async () => {
    const made = net({ inUnits: 1 })
    made.initialize({ ctx, init: 'ones' })
    const path = join(folder, 'saved.params')
    await made.saveParameters(path)
    const entries = decodeParams(new Uint8Array(readFileSync(path)))
    expect(entries.map(({ name, shape }) => [name, [...shape]])).toEqual([
      ['0.weight', [2, 1]],
      ['0.bias', [2]],
    ])
  })

  it('refuses parameters without values', async () => {
    const made = net()
    await expect(made.saveParameters(join(folder, 'none.params'))).rejects.toThrow(/has not been initialized/)
    made.initialize({ ctx })
    await expect(made.saveParameters(join(folder, 'none.params'))).rejects.toThrow(
      /net_dense0_weight has no values yet/,
    )
  })

  it('names the file where its folder is missing', async () => {
    const made = new nn.Dense(2, { inUnits: 1 })
    made.initialize()
    const path = join(folder, 'none', 'x.params')
    await expect(made.saveParameters(path)).rejects.toThrow(
      `[saveParameters] cannot write ${path}: its folder is not there, and must be made first`,
    )
  })

  it('writes values as they are when it is called', async () => {
    const made = net({ inUnits: 1 })
    made.initialize({ ctx, init: 'ones' })
    const saving = made.saveParameters(join(folder, 'then.params'))
    made
      .at(0)
      .collectParams()
      .get('net_dense0_weight')
      .setData(nd.zeros([2, 1], { ctx }))
    await saving
    const [first] = decodeParams(new Uint8Array(readFileSync(join(folder, 'then.params'))))
    expect([...first.data]).toEqual([1, 1])
  })
})

describe('loadParameters', () => {
  it('completes what was never initialized, without drawing', async () => {
    const made = net()
    nd.random.seed(0)
    await made.loadParameters(file(weight, bias), { ctx })
    expect(await list(made(nd.ones([1, 1], { ctx })))).toEqual([8, 10])
    expect(await nd.random.uniform({ ctx }).asscalar()).toBeCloseTo(0.5488135, 7)
  })

  it('completes what waits for its shape, and overwrites what has values', async () => {
    const made = net()
    made.initialize({ ctx })
    await made.loadParameters(file(weight, bias))
    expect(await list(made(nd.ones([1, 1], { ctx })))).toEqual([8, 10])
    await made.loadParameters(file(entry('0.weight', [2, 1], [0, 0]), bias))
    expect(await list(made(nd.ones([1, 1], { ctx })))).toEqual([5, 6])
  })

  it('takes full names where no name has a dot, with arg: and aux: and without the block’s prefix', async () => {
    for (const prefix of ['net_', 'arg:net_', '']) {
      const made = net()
      const path = file(
        entry(`${prefix}dense0_weight`, [2, 1], [1, 2]),
        entry(`${prefix.replace('arg', 'aux')}dense0_bias`, [2], [0, 0]),
      )
      await made.loadParameters(path, { ctx })
      expect(await list(made(nd.ones([1, 1], { ctx })))).toEqual([1, 2])
    }
  })

  it('reads what a block without children wrote, whatever its parameters are called in full', async () => {
    class Scale extends nn.Block {
      factor = this.parameter('gamma', { shape: [2] })
      forward(x: NDArray): NDArray {
        return x.multiply(this.factor.data())
      }
    }
    const makers: (() => gluon.Block)[] = [
      () => new Scale(),
      () => new nn.Dense(2, { inUnits: 2, params: new nn.Dense(2, { inUnits: 2 }).collectParams() }),
    ]
    for (const make of makers) {
      const [saved, other] = [make(), make()]
      saved.initialize({ ctx, init: 'ones' })
      const path = join(folder, 'alone.params')
      await saved.saveParameters(path)
      await other.loadParameters(path, { ctx })
      const x = nd.array([[3, 4]], { ctx })
      expect(await list(other(x))).toEqual(await list(saved(x)))
    }
  })

  it('changes nothing where one parameter does not fit', async () => {
    const made = net({ inUnits: 1 })
    made.initialize({ ctx, init: 'zeros' })
    const path = file(weight, entry('0.bias', [3], [1, 2, 3]))
    await expect(made.loadParameters(path)).rejects.toThrow('net_dense0_bias')
    expect(await list(made(nd.ones([1, 1], { ctx })))).toEqual([0, 0])
  })

  it('names a file that cannot be read', async () => {
    const path = join(folder, 'none.params')
    await expect(net().loadParameters(path)).rejects.toThrow(
      `[loadParameters] cannot read ${path}: got ENOENT: no such file or directory`,
    )
  })

  it('refuses a context by position, as Python takes it, and an option that it does not have', async () => {
    const load = (options: object) => net().loadParameters(file(weight, bias), options)
    await expect(load(ctx)).rejects.toThrow(
      '[loadParameters] options are one object at the end, as { ctx }: got a Context',
    )
    await expect(load({ allow_missing: true })).rejects.toThrow("did you mean 'allowMissing'?")
  })

  it('names what is missing, or leaves it as it is when told to', async () => {
    const made = net({ inUnits: 1 })
    made.initialize({ ctx, init: 'zeros' })
    const path = file(weight)
    await expect(made.loadParameters(path)).rejects.toThrow(
      `${path} lacks 0.bias; it has 0.weight. Pass { allowMissing: true }`,
    )
    expect(await list(made(nd.ones([1, 1], { ctx })))).toEqual([0, 0])
    await made.loadParameters(path, { allowMissing: true })
    expect(await list(made(nd.ones([1, 1], { ctx })))).toEqual([3, 4])
  })

  it('names what is too much, or passes over it when told to', async () => {
    const made = net({ inUnits: 1 })
    const path = file(weight, bias, entry('2.weight', [1], [0]))
    await expect(made.loadParameters(path, { ctx })).rejects.toThrow(/has 2.weight, the network 0.weight, 0.bias. Pass/)
    await made.loadParameters(path, { ctx, ignoreExtra: true })
    expect(await list(made(nd.ones([1, 1], { ctx })))).toEqual([8, 10])
  })

  it('shortens long lists of names', async () => {
    const many = Array.from({ length: 9 }, (_, i) => entry(`${i}.x`, [1], [0]))
    await expect(net().loadParameters(file(...many), { ctx })).rejects.toThrow(
      'it has 0.x, 1.x, 2.x, ..., 6.x, 7.x, 8.x.',
    )
  })

  it('refuses another shape', async () => {
    const path = file(entry('0.weight', [3, 1], [1, 2, 3]), bias)
    await expect(net().loadParameters(path, { ctx })).rejects.toThrow(
      `net_dense0_weight in ${path} has another shape: got (3, 1), expected (2, 0)`,
    )
  })

  it('refuses another element type unless it may convert', async () => {
    const path = file({ name: '0.weight', shape: [2, 1], dtype: 'int32', data: Int32Array.of(3, 4) }, bias)
    const made = net()
    await expect(made.loadParameters(path, { ctx })).rejects.toThrow(
      /got int32, expected float32. Pass \{ castDtype: true \}/,
    )
    await made.loadParameters(path, { ctx, castDtype: true })
    expect(await list(made(nd.ones([1, 1], { ctx })))).toEqual([8, 10])
  })

  it('refuses a context on which the parameters don’t live', async () => {
    const made = net({ inUnits: 1 })
    made.initialize({ ctx })
    await expect(made.loadParameters(file(weight, bias), { ctx: cpu() })).rejects.toThrow(
      /net_dense0_weight lives on reference\(0\): cannot load it to cpu\(0\)/,
    )
  })

  it('reads files alone', async () => {
    for (const [path, kind] of [
      [folder, 'a folder'],
      ['/dev/zero', 'a device'],
    ])
      await expect(net().loadParameters(path)).rejects.toThrow(
        `[loadParameters] cannot read ${path}: got not a file but ${kind}: '${path}', expected a .params, safetensors or .npz file`,
      )
  })

  it('names a file that is not there or damaged', async () => {
    await expect(net().loadParameters(join(folder, 'nowhere.params'))).rejects.toThrow(/nowhere.params/)
    const path = file(weight, bias)
    writeFileSync(path, readFileSync(path).subarray(0, 60))
    await expect(net().loadParameters(path)).rejects.toThrow(path)
  })

  it('takes safetensors, .npz and .params alike, as a file and as bytes', async () => {
    const saved = net({ inUnits: 1 })
    await saved.loadParameters(file(weight, bias), { ctx })
    const npz = await io.npz(saved)
    const safetensors = await io.safetensors(saved)
    const params = new Uint8Array(readFileSync(file(weight, bias)))
    for (const bytes of [npz, safetensors, params]) {
      const path = join(folder, 'any')
      writeFileSync(path, bytes)
      for (const from of [path, bytes, new Uint8Array(bytes).buffer]) {
        const made = net()
        await made.loadParameters(from, { ctx })
        expect(await list(made(nd.ones([1, 1], { ctx })))).toEqual([8, 10])
      }
    }
  })

  it('finds a parameter that blocks share under one of its names', async () => {
    const tied = () => {
      const made = new nn.Sequential()
      const first = new nn.Dense(2, { inUnits: 2 })
      made.add(first, new nn.Dense(2, { inUnits: 2, params: first.collectParams() }))
      return made
    }
    const saved = tied()
    saved.initialize({ ctx, init: 'ones' })
    const made = tied()
    await made.loadParameters(await io.npz(saved), { ctx })
    expect(await list(made.at(1).collectParams().values().next().value?.data() as NDArray)).toEqual([1, 1, 1, 1])
  })

  it('takes the names of the file for those of the block by a table', async () => {
    const path = file(entry('fc.w', [2, 1], [3, 4]), bias, entry('fc.steps', [1], [0]))
    const made = net()
    await made.loadParameters(path, { ctx, names: { 'fc.w': '0.weight', 'fc.steps': null } })
    expect(await list(made(nd.ones([1, 1], { ctx })))).toEqual([8, 10])
    const load = (names: unknown) => net().loadParameters(path, { ctx, names: names as never })
    await expect(load({ 'fc.w': '0.weight' })).rejects.toThrow('has fc.steps, the network 0.weight, 0.bias')
    await expect(load({ 'fc.w': '0.bias' })).rejects.toThrow(`names give two arrays of ${path} the name 0.bias`)
    await expect(load(['0.weight'])).rejects.toThrow(
      'names must be an object of names or null, as of io.torchNames(net)',
    )
    await expect(load({ 'fc.w': 3 })).rejects.toThrow('got 3')
  })

  it('refuses what is no file of arrays, and arrays without names', async () => {
    await expect(net().loadParameters(3 as never)).rejects.toThrow(
      '[loadParameters] takes a path or the bytes of a file, got 3',
    )
    await expect(net().loadParameters(new TextEncoder().encode('<!doctype html>'))).rejects.toThrow(
      '[loadParameters] the file is no .params, safetensors or .npz file: it starts with the bytes 3c 21 64 6f',
    )
    await expect(net().loadParameters(file(entry('', [2], [1, 2])))).rejects.toThrow('holds arrays without names')
  })
})

describe('torchNames', () => {
  it("gives PyTorch's names of norms, activations and recurrent layers", () => {
    const made = new nn.Sequential()
    made.add(new nn.BatchNorm(), new nn.PReLU(), new rnn.GRU(2, { bidirectional: true }))
    const names = io.torchNames(made)
    expect(Object.entries(names).slice(0, 8)).toEqual([
      ['0.weight', '0.gamma'],
      ['0.bias', '0.beta'],
      ['0.running_mean', '0.running_mean'],
      ['0.running_var', '0.running_var'],
      ['0.num_batches_tracked', null],
      ['1.weight', '1.alpha'],
      ['2.weight_ih_l0', '2.l0_i2h_weight'],
      ['2.weight_hh_l0', '2.l0_h2h_weight'],
    ])
    expect(names['2.bias_hh_l0_reverse']).toBe('2.r0_h2h_bias')
    expect(Object.keys(io.torchNames(new rnn.LSTMCell(2)))).toEqual(['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'])
  })
})
