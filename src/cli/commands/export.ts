// `glueball export CHECKPOINT`: a trained network as a file for other tools.
import { extname } from 'node:path'
import { printable } from '../../core/printable.ts'
import { io } from '../../index.ts'
import { writeBytes } from '../../io/files.ts'
import { type Opened, openCheckpoint, sharedArgs } from '../folder/checkpointNetwork.ts'
import { emptyImage } from '../network.ts'
import { channelsOf } from '../settings/settings.ts'
import { choiceOf } from '../settings/values.ts'
import { print } from '../terminal/printing.ts'
import { command, UsageError } from '../usage.ts'

const formats = ['onnx', 'safetensors', 'npz', 'params', 'mxnet'] as const
type Format = (typeof formats)[number]

/** The command. */
export const exportCommand = command({
  name: 'export',
  description: 'Writes a trained network for other tools: ONNX, safetensors, .npz, .params, MXNet’s symbol',
  args: {
    checkpoint: { type: 'positional', description: 'a run’s folder, or a checkpoint in it', valueHint: 'CHECKPOINT' },
    out: { type: 'string', description: 'the file to write; its ending names the format', valueHint: 'FILE' },
    format: { type: 'string', description: `${formats.join(', ')} (default: by the file’s ending)`, valueHint: 'NAME' },
    fold: { type: 'boolean', description: 'in ONNX files: multiplies BatchNorm into the convolutions before it' },
    preprocess: { type: 'boolean', description: 'in ONNX files: takes bytes (N, H, W, C), which the graph prepares' },
    ...sharedArgs,
  },
  examples: [
    ['export runs/nin --out nin.onnx', 'the network for ONNX Runtime, with its classes and preprocessing named'],
    ['export runs/nin --out nin.safetensors', 'the weights alone, which Python reads'],
    ['export runs/nin --format mxnet --out nin', 'nin-symbol.json and nin-0000.params, which MXNet reads'],
    ['export runs/nin --out nin.onnx --fold --preprocess', 'a graph that takes the bytes of resized images'],
  ],
  async run(args) {
    const { checkpoint, out } = args
    if (out === undefined) throw new UsageError('[export] which file? Give --out FILE, as in --out nin.onnx')
    const format = formatOf(args.format, out)
    const opened = await openCheckpoint('export', checkpoint, args)
    for (const option of ['fold', 'preprocess'] as const) {
      if (args[option] && format !== 'onnx')
        throw new UsageError(`[export] --${option} is for ONNX files, not ${format}`)
    }
    const bytes = await bytesOf(format, opened, out, { fold: args.fold === true, preprocess: args.preprocess === true })
    if (bytes) await writeBytes('export', out, bytes)
    const { classes } = opened.checkpoint.header
    const size = opened.settings.resize
    print(`wrote ${printable(out)} (${format}): images of ${size} × ${size}, ${classes.length} classes`)
    return 0
  },
})

function formatOf(named: string | undefined, out: string): Format {
  const wanted = named ?? extname(out).slice(1)
  if (named === undefined && !formats.some((format) => format === wanted)) {
    throw new UsageError(`[export] ${out} names no format: add --format, one of ${formats.join(', ')}`)
  }
  return choiceOf('export', 'format', wanted, formats) as Format
}

/** The file's bytes; MXNet's files are written here. */
async function bytesOf(
  format: Format,
  opened: Opened,
  out: string,
  { fold, preprocess }: { readonly fold: boolean; readonly preprocess: boolean },
): Promise<Uint8Array | undefined> {
  const { network, settings } = opened
  const metadata = describe(opened)
  if (format === 'safetensors') return io.safetensors(network.net, metadata)
  if (format === 'npz') return io.npz(network.net)
  if (format === 'onnx') {
    return io.onnx(network.net, [emptyImage(settings, network.context)], {
      inputNames: ['images'],
      outputNames: ['scores'],
      ...{ metadata, foldBatchNorm: fold },
      ...(preprocess && { preprocess: { scale: 1 / 255 } }),
    })
  }
  if (format === 'mxnet') {
    const { symbol, params } = await io.mxnet(network.net, [emptyImage(settings, network.context)])
    await writeBytes('export', `${out}-symbol.json`, new TextEncoder().encode(symbol))
    await writeBytes('export', `${out}-0000.params`, params)
    return undefined
  }
  await network.net.saveParameters(out)
  return undefined
}

/** What whoever uses the file must know: classes in the order of the scores, and what was done with images. */
function describe({ checkpoint: { header }, settings }: Opened): Record<string, string> {
  return {
    classes: JSON.stringify(header.classes),
    size: String(settings.resize),
    preprocessing: `${channelsOf(settings) === 1 ? 'grey' : 'RGB'} images, resized to ${settings.resize} × ${settings.resize}, values divided by 255`,
    scale: String(1 / 255),
    mean: '0',
    std: '1',
    model: settings.model,
  }
}
