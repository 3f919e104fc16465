// Networks that PyTorch wrote as ONNX: its outputs, and ten steps of fine-tuning beside its own.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { autograd, cpu, gluon, io } from 'glueball'
import { afterAll, expect, test } from 'vitest'
import { drawn, expectClose, listOf, placed, python } from '../layers/beside.ts'

const folder = mkdtempSync(join(tmpdir(), 'glueball-onnx-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/**
 * Writes a network of a seed for prediction (batch norm folded) and as its mode says, and gives its outputs, then the losses
 * of ten steps of SGD from it, and its outputs in training mode behind them.
 */
const script = `
import os, copy, warnings
sys.path.insert(0, ${JSON.stringify(join(import.meta.dirname, '../../bench/peers'))})
sys.dont_write_bytecode = True
import zoo
from torch import nn
warnings.simplefilter('ignore')

def nin():
    def block(before, after, kernel, stride, padding):
        return [nn.Conv2d(before, after, kernel, stride, padding), nn.ReLU(), nn.Conv2d(after, after, 1), nn.ReLU()]
    return nn.Sequential(*block(3, 8, 5, 2, 1), nn.MaxPool2d(3, 2), nn.Dropout(0.0), *block(8, 6, 3, 1, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())

class Views(nn.Module):
    """Shapes that are computed, several activations, a transposed convolution and one along an axis."""
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.up = nn.ConvTranspose2d(4, 4, 3, 2, 1, 1)
        self.line = nn.Conv1d(4, 3, 3, padding=1, padding_mode='reflect')
        self.slope, self.norm = nn.PReLU(4), nn.GroupNorm(2, 4)
        self.last = nn.LayerNorm(6)
        self.dense = nn.Linear(6, 6)
    def forward(self, x):
        y = self.slope(self.up(F.hardswish(self.conv(x))))
        y = F.interpolate(F.gelu(self.norm(y)), scale_factor=2, mode='nearest')
        y = F.avg_pool2d(F.pad(y, (1, 2, 0, 1)), 2, ceil_mode=True)
        y = self.line(F.silu(y).view(x.size(0), 4, -1)[:, :, 3:-1:2])
        a, b = y.chunk(2, 2)
        y = torch.cat([F.avg_pool1d(F.elu(a), 300), F.max_pool1d(b[:, :, :32], 16).clamp(-1, 0.5)], 1).flatten(1)
        y = y.reshape(y.shape[0], -1, 6)
        return torch.softmax(self.last(self.dense(y)), -1).mean(1)

networks = {
    'nin': nin,
    'resnet': lambda: zoo.resnet((1, 1), (64, 32), zoo.ResidualV1, 3, 6),
    'mobilenetv2': lambda: nn.Sequential(zoo.LinearBottleneck(3, 8, 6, 2), zoo.LinearBottleneck(8, 8, 6, 1), *zoo.head(nn.Linear(8, 6))),
    'views': Views,
}

def run(case, dtype):
    torch.manual_seed(1)
    net = networks[case['name']]()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5); nn.init.uniform_(module.bias, -0.3, 0.3)
            nn.init.uniform_(module.running_mean, -0.3, 0.3); nn.init.uniform_(module.running_var, 0.5, 1.5)
    axes = {'x': {0: 'batch'}, 'y': {0: 'batch'}}
    names = {'input_names': ['x'], 'output_names': ['y'], 'dynamic_axes': axes, 'opset_version': case['opset']}
    start = tensor(case['x'], torch.float32)[:1]
    torch.onnx.export(copy.deepcopy(net).eval(), start, case['path'] + '.eval', **names)
    torch.onnx.export(copy.deepcopy(net).train(case['mode'] == 'TRAINING'), start.repeat(2, 1, 1, 1), case['path'] + '.train', training=getattr(torch.onnx.TrainingMode, case['mode']), do_constant_folding=False, **names)
    net = net.to(dtype)
    x, label = tensor(case['x'], dtype), tensor(case['label'], dtype)
    with torch.no_grad():
        outputs = net.eval()(x)
    optimizer = torch.optim.SGD(net.train().parameters(), lr=0.05, momentum=0.9)
    losses = []
    for _ in range(10):
        loss = (0.5 * (net(x) - label) ** 2).mean(1).mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        return [outputs.flatten().tolist(), losses, net(x).flatten().tolist()]
`

const ctx = cpu()

test.each([
  ['nin', 13, 'PRESERVE'],
  ['nin', 9, 'TRAINING'],
  ['resnet', 13, 'PRESERVE'],
  ['resnet', 16, 'TRAINING'],
  ['mobilenetv2', 12, 'PRESERVE'],
  ['views', 13, 'PRESERVE'],
  ['views', 11, 'PRESERVE'],
] as const)('%s in version %d, as %s writes it', async (name, opset, mode) => {
  const rows = 4
  const given = {
    name,
    opset,
    mode,
    path: join(folder, `${name}${opset}`),
    x: drawn([rows, 3, 24, 24], 1),
    label: drawn([rows, 6], 2),
  }
  const [{ truth, float }] = python(script, [given])
  const [x, label] = [placed(given.x, ctx), placed(given.label, ctx)]
  const read = (suffix: string) => gluon.SymbolBlock.fromOnnx(new Uint8Array(readFileSync(given.path + suffix)))
  const folded = await read('.eval')
  expectClose(await listOf(folded(x)), truth[0], float[0], 'prediction, batch norm folded')
  const net = await read('.train')
  // in training mode PyTorch's export moves the running statistics that it writes
  if (mode === 'PRESERVE') expectClose(await listOf(net(x)), truth[0], float[0], 'prediction')
  const again = await gluon.SymbolBlock.fromOnnx(await io.onnx(folded, [x]))
  expectClose(await listOf(again(x)), truth[0], float[0], 'prediction, exported again')
  const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.05, momentum: 0.9 })
  const loss = new gluon.loss.L2Loss()
  const losses: number[] = []
  for (let step = 0; step < 10; step++) {
    const made = autograd.record(() => loss(net(x), label))
    made.backward()
    trainer.step(rows)
    losses.push((await made.mean().toArray())[0])
  }
  expectClose(losses, truth[1], float[1], 'losses')
  expectClose(await listOf(autograd.trainMode(() => net(x))), truth[2], float[2], 'outputs behind the steps')
  expect(losses[9]).toBeLessThan(losses[0])
})
