// softmaxCrossEntropy and its gradient on the command stream; an item is some samples.
import { type Body, f32, f32x4, type ItemInput, i32, item, type Local, select } from '../../kernel/asm.ts'
import { defineModule } from '../../kernel/module.ts'
import type { PlannedArray, WasmKernel } from '../../kernel/plan.ts'
import type { Rung } from '../../kernel/rung.ts'
import { exp, log } from '../../kernel/simdMath.ts'
import { first, mapRow, maxOfRow, sumOfRow } from './rows.ts'
import type { CrossEntropyAttributes } from './softmax.ts'

/** Logits an item: some 50 µs of exponentials. */
const itemElements = 16384

type LabelType = 'float32' | 'int32' | 'uint8'

/** A sample: its logits, its number of classes, and where the logit of its label stands in the row, in bytes. */
interface Sample {
  readonly x: Local<'i32'>
  readonly classes: Local<'i32'>
  readonly label: Local<'i32'>
  /** Bytes from the first sample's loss. */
  readonly place: Local<'i32'>
  /** Bytes from the first sample's logits. */
  readonly row: Local<'i32'>
}

// args of all: result, logits, labels, samples, classes, samples an item, dy
const moduleOf = (rung: Rung, labels: LabelType) =>
  defineModule(`softmaxCrossEntropy ${rung} ${labels}`, () => [
    item('loss', (f, input) =>
      eachSample(f, input, labels, ({ x, classes, label, place }) => {
        const max = maxOfRow(f, x, classes)
        const sum = sumOfRow(f, x, classes, (value) => exp(f, rung, f32x4.sub(value, max)))
        const chosen = f32.sub(f32.load(i32.add(x, label)), first(max))
        f.store(i32.add(input.arg.i32(0), place), f32.sub(first(f.let(log(f, rung, sum))), chosen))
      }),
    ),
    item('gradient', (f, input) =>
      eachSample(f, input, labels, ({ x, classes, label, place, row }) => {
        const dx = f.let(i32.add(input.arg.i32(0), row))
        const at = f.let(i32.add(dx, label))
        const max = maxOfRow(f, x, classes)
        mapRow(f, x, dx, classes, (value) => exp(f, rung, f32x4.sub(value, max)))
        // the others are summed without the label's, so that p − 1 = −others ÷ sum stays exact where p is close to 1
        const chosen = f.let(f32.load(at))
        f.store(at, f32.const(0))
        const others = sumOfRow(f, dx, classes)
        const sum = f.let(f32x4.add(others, f32x4.splat(chosen)))
        const dy = f.let(f32x4.splat(f32.load(i32.add(input.arg.i32(6), place))))
        mapRow(f, dx, dx, classes, (value) => f32x4.mul(f32x4.div(value, sum), dy))
        f.store(at, first(f32x4.mul(f32x4.neg(f32x4.div(others, sum)), dy)))
      }),
    ),
  ])

function eachSample(f: Body, { index, arg }: ItemInput, labels: LabelType, build: (sample: Sample) => void): void {
  const classes = f.let(arg.i32(4))
  const begin = f.let(i32.mul(index, arg.i32(5)))
  const end = f.let(i32.add(begin, arg.i32(5)))
  f.range(begin, select(i32.lt_u(arg.i32(3), end), arg.i32(3), end), (n) => {
    const place = f.let(i32.shl(n, 2))
    const row = f.let(i32.mul(place, classes))
    const label = f.let(loadLabel(arg.i32(2), n, labels))
    label.set(select(i32.gt_s(label, 0), label, i32.const(0)))
    const last = f.let(i32.sub(classes, 1))
    label.set(i32.shl(select(i32.lt_s(label, last), label, last), 2))
    build({ x: f.let(i32.add(arg.i32(1), row)), classes, label, place, row })
  })
}

function loadLabel(base: ReturnType<ItemInput['arg']['i32']>, n: Local<'i32'>, labels: LabelType) {
  if (labels === 'uint8') return i32.load8_u(i32.add(base, n))
  const at = i32.add(base, i32.shl(n, 2))
  return labels === 'int32' ? i32.load(at) : i32.trunc_sat_f32_s(f32.load(at))
}

function phaseOf(entry: string, [logits, labels]: readonly PlannedArray[], rung: Rung) {
  const [samples, classes] = logits.shape
  const share = Math.max(1, Math.floor(itemElements / classes))
  const module = moduleOf(rung, labels.dtype as LabelType)
  const args = [{ output: 0 }, { input: 0 }, { input: 1 }, samples, classes, share]
  return { module, entry, items: Math.ceil(samples / share), args }
}

/** loss = ln Σ eˣ⁻ᵐ − (x[label] − m). */
export const softmaxCrossEntropyWasm: WasmKernel<CrossEntropyAttributes> = {
  plan: (inputs, _attrs, _outputs, rung) => ({ phases: [phaseOf('loss', inputs, rung)] }),
}

/** dx = (softmax(x) − onehot(labels)) · dy. */
export const softmaxCrossEntropyGradientWasm: WasmKernel<CrossEntropyAttributes> = {
  plan(inputs, _attrs, _outputs, rung) {
    const phase = phaseOf('gradient', inputs, rung)
    return { phases: [{ ...phase, args: [...phase.args, { input: 2 }] }] }
  },
}
