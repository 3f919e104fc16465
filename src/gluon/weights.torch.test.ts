// Weights between Glueball and Python: NumPy and a reader of safetensors get our bytes, and PyTorch's networks predict here.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { autograd, cpu, gluon, io, type NDArray, nd, nn, reference, rnn } from '../index.ts'
import { structuralNames } from './structure.ts'

const folder = mkdtempSync(join(tmpdir(), 'glueball-weights-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a script of Python prints, as JSON; it runs in the folder of the files. */
function python<T>(script: string): T {
  const program = process.env['GLUEBALL_TORCH_PYTHON'] ?? 'python3'
  const { status, stdout, stderr } = spawnSync(program, ['-c', script], { cwd: folder, encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  return JSON.parse(stdout) as T
}

function convnet(): nn.HybridSequential {
  const net = new nn.HybridSequential()
  net.add(
    new nn.Conv2D(6, 3, { inChannels: 2 }),
    new nn.BatchNorm({ inChannels: 6 }),
    new nn.PReLU(),
    new nn.MaxPool2D(),
    new nn.Flatten(),
    new nn.Dense(4, { inUnits: 54 }),
  )
  return net
}

/** Reads safetensors by the format alone, and writes it as the reference implementation does: wide types first, then names. */
const safetensors = `
import json, struct
import numpy as np, torch
letters = {'F32': '<f4', 'F64': '<f8', 'F16': '<f2', 'I32': '<i4', 'I8': '|i1', 'U8': '|u1'}
def read(path):
    file = open(path, 'rb').read()
    (length,) = struct.unpack_from('<Q', file)
    header, data = json.loads(file[8:8 + length]), file[8 + length:]
    header.pop('__metadata__', None)
    return {name: np.frombuffer(data[slice(*e['data_offsets'])], letters[e['dtype']]).reshape(e['shape'])
            for name, e in header.items()}
names = {torch.float32: 'F32', torch.float64: 'F64', torch.float16: 'F16', torch.bfloat16: 'BF16', torch.int64: 'I64'}
def write(path, tensors):
    order = sorted(tensors, key=lambda name: (-tensors[name].element_size(), name))
    header, blobs, at = {'__metadata__': {'format': 'pt'}}, [], 0
    for name in order:
        tensor = tensors[name].detach().contiguous()
        bytes = (tensor.view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor).numpy().tobytes()
        header[name] = {'dtype': names[tensor.dtype], 'shape': list(tensor.shape), 'data_offsets': [at, at + len(bytes)]}
        blobs.append(bytes)
        at += len(bytes)
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    open(path, 'wb').write(struct.pack('<Q', len(text)) + text + b''.join(blobs))
`

test('NumPy and a reader of safetensors get the bytes of a trained network', async () => {
  const net = convnet()
  net.initialize()
  const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.1 })
  autograd.record(() => net(nd.random.uniform({ shape: [4, 2, 8, 8] }))).backward()
  trainer.step(4)
  writeFileSync(join(folder, 'ours.npz'), await io.npz(net))
  writeFileSync(join(folder, 'ours.safetensors'), await io.safetensors(net))
  const ours: Record<string, unknown> = {}
  for (const [name, parameter] of structuralNames(net)) {
    const values = await parameter.data().toArray()
    const digest = createHash('sha256').update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    ours[name] = [parameter.dtype, [...parameter.shape], digest.digest('hex')]
  }
  const theirs = python<unknown[]>(`${safetensors}
import hashlib
said = lambda arrays: {name: [str(x.dtype), list(x.shape), hashlib.sha256(x.tobytes()).hexdigest()] for name, x in arrays.items()}
print(json.dumps([said(np.load('ours.npz')), said(read('ours.safetensors'))]))`)
  expect(Object.keys(ours)).toHaveLength(9)
  expect(theirs).toEqual([ours, ours])
})

test('NumPy reads every element type, and its own files of each are read', async () => {
  const arrays = {
    ...{
      half: nd.array([1.5, -2], { dtype: 'float16' }),
      float: nd.array([
        [1, NaN],
        [-0, Infinity],
      ]),
    },
    ...{ int: nd.array([2 ** 30, -1], { dtype: 'int32' }), bytes: nd.array([0, 255], { dtype: 'uint8' }) },
    ...{ signed: nd.array([-128], { dtype: 'int8' }), none: nd.zeros([0, 3]) },
  }
  await nd.save(join(folder, 'types.npz'), arrays)
  const said = python<unknown>(`
import json, numpy as np
arrays = np.load('types.npz')
np.savez('plain.npz', **arrays)
np.savez_compressed('again.npz', long=np.array([-5, 2**31 - 1]), truth=np.array([True, False]), short=np.int16([-7]),
    fortran=np.asfortranarray(np.arange(6, dtype='f4').reshape(2, 3)), **arrays)
np.save('one.npy', np.float32([[1, 2]]))
np.savez('big.npz', x=np.zeros(2, '>f4'))
np.savez('object.npz', x=np.array([None]))
print(json.dumps({name: [str(x.dtype), list(x.shape), x.tobytes().hex()] for name, x in arrays.items()}))`)
  const described = async (x: NDArray) => [x.dtype, [...x.shape], [...(await x.toArray())]]
  expect(said).toMatchObject({
    half: ['float16', [2], '003e00c0'],
    bytes: ['uint8', [2], '00ff'],
    none: ['float32', [0, 3], ''],
  })
  for (const file of ['plain.npz', 'again.npz']) {
    const read = (await nd.load(join(folder, file))) as Record<string, NDArray>
    for (const [name, array] of Object.entries(arrays))
      expect(await described(read[name])).toEqual(await described(array))
    if (file === 'plain.npz') continue
    expect(await described(read.long)).toEqual(['int32', [2], [-5, 2 ** 31 - 1]])
    expect(await described(read.truth)).toEqual(['uint8', [2], [1, 0]])
    expect(await described(read.short)).toEqual(['int32', [1], [-7]])
    expect(await described(read.fortran)).toEqual(['float32', [2, 3], [0, 1, 2, 3, 4, 5]])
  }
  const [one] = (await nd.load(join(folder, 'one.npy'))) as NDArray[]
  expect(await described(one)).toEqual(['float32', [1, 2], [1, 2]])
  await expect(nd.load(join(folder, 'big.npz'))).rejects.toThrow("big.npz: x.npy is big-endian, '>f4'")
  await expect(nd.load(join(folder, 'object.npz'))).rejects.toThrow('object.npz: x.npy holds Python objects')
})

describe("PyTorch's networks", () => {
  type Answer = { readonly x: number[]; readonly y: number[] }
  const convnetOfTorch = () =>
    python<Answer>(`${safetensors}
torch.manual_seed(3)
net = torch.nn.Sequential(torch.nn.Conv2d(2, 6, 3), torch.nn.BatchNorm2d(6), torch.nn.PReLU(), torch.nn.MaxPool2d(2),
    torch.nn.Flatten(), torch.nn.Linear(54, 4))
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
for step in range(3):
    optimizer.zero_grad()
    (net(torch.randn(5, 2, 8, 8) * 2 + 1) ** 2).mean().backward()
    optimizer.step()
net.eval()
state = net.state_dict()
write('torch.safetensors', state)
np.savez('torch.npz', **{name: value.numpy() for name, value in state.items()})
np.savez_compressed('packed.npz', **{name: value.numpy() for name, value in state.items()})
rounded = {name: value.bfloat16() if value.is_floating_point() else value for name, value in state.items()}
write('bfloat16.safetensors', rounded)
write('double.safetensors', {name: value.double() if value.is_floating_point() else value for name, value in state.items()})
torch.save(state, 'state.pt')
x = torch.randn(3, 2, 8, 8)
y = net.double()(x.double())
print(json.dumps({'x': x.flatten().tolist(), 'y': y.flatten().tolist()}))`)
  const { x, y } = convnetOfTorch()
  const largest = Math.max(...y.map(Math.abs))

  async function expectTheirs(net: nn.HybridSequential, tolerance = 1e-5): Promise<void> {
    const ctx = net.at(0).collectParams().values().next().value?.context
    const got = await net(nd.array(x, { ctx }).reshape([3, 2, 8, 8])).toArray()
    const distance = Math.max(...y.map((value, i) => Math.abs(value - got[i])))
    expect(distance).toBeLessThanOrEqual(tolerance * largest)
    expect(distance).toBeGreaterThan(0)
  }

  test.each(['torch.safetensors', 'torch.npz', 'packed.npz'])('a state dict in %s', async (file) => {
    for (const ctx of [cpu(), reference()]) {
      const net = convnet()
      await net.loadParameters(join(folder, file), { ctx, names: io.torchNames(net) })
      await expectTheirs(net)
    }
  })

  test('bfloat16 is read as float32, float64 is converted where that is asked for', async () => {
    const net = convnet()
    const names = io.torchNames(net)
    await net.loadParameters(join(folder, 'bfloat16.safetensors'), { names })
    await expectTheirs(net, 0.02)
    await expect(net.loadParameters(join(folder, 'double.safetensors'), { names })).rejects.toThrow(
      /got float64, expected float32. Pass \{ castDtype: true \} to convert/,
    )
    await net.loadParameters(join(folder, 'double.safetensors'), { names, castDtype: true })
    await expectTheirs(net)
  })

  test('without names, and in a file of PyTorch, they are refused', async () => {
    const net = convnet()
    await expect(net.loadParameters(join(folder, 'torch.npz'))).rejects.toThrow(
      /lacks 1.gamma, 1.beta, 2.alpha; it has .* Pass \{ allowMissing: true \}/,
    )
    await expect(net.loadParameters(join(folder, 'state.pt'))).rejects.toThrow(
      "state.pt is PyTorch's own file, which holds a program: save its state dict as safetensors or .npz",
    )
  })

  test('recurrent layers, embeddings and layer norms', async () => {
    const answer = python<Answer>(`${safetensors}
torch.manual_seed(4)
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.words = torch.nn.Embedding(11, 5)
        self.lstm = torch.nn.LSTM(5, 4, num_layers=2, bidirectional=True)
        self.gru = torch.nn.GRU(8, 3)
        self.cell = torch.nn.RNNCell(3, 6)
        self.norm = torch.nn.LayerNorm(6)
    def forward(self, x):
        y = self.gru(self.lstm(self.words(x))[0])[0]
        return self.norm(self.cell(y[-1], torch.zeros(y.shape[1], 6)))
net = Net()
torch.nn.init.normal_(net.norm.weight), torch.nn.init.normal_(net.norm.bias)
write('words.safetensors', net.state_dict())
x = torch.randint(11, (7, 2))
print(json.dumps({'x': x.flatten().tolist(), 'y': net(x).flatten().tolist()}))`)
    class Net extends nn.Block {
      words = new nn.Embedding(11, 5)
      lstm = new rnn.LSTM(4, { numLayers: 2, bidirectional: true, inputSize: 5 })
      gru = new rnn.GRU(3, { inputSize: 8 })
      cell = new rnn.RNNCell(6, { inputSize: 3 })
      norm = new nn.LayerNorm({ inChannels: 6 })
      forward(x: NDArray): NDArray {
        const y = this.gru(this.lstm(this.words(x)))
        const [last] = this.cell(y.at(6), this.cell.beginState(2))
        return this.norm(last)
      }
    }
    const net = new Net()
    await net.loadParameters(join(folder, 'words.safetensors'), { names: io.torchNames(net) })
    const got = await net(nd.array(answer.x, { dtype: 'int32' }).reshape([7, 2])).toArray()
    expect(Math.max(...answer.y.map((value, i) => Math.abs(value - got[i])))).toBeLessThan(1e-5)
  })
})
