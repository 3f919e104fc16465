// `glueball export CHECKPOINT`: a trained network as a file for other tools.
import { extname } from 'node:path'
import { printable } from '../../core/printable.ts'
import { io } from '../../index.ts'
import { writeBytes } from '../../io/files.ts'
import { type Opened, openCheckpoint, sharedArgs } from '../checkpointNetwork.ts'
import { emptyImage } from '../network.ts'
import { print } from '../printing.ts'
import { channelsOf } from '../settings.ts'
import { command, UsageError } from '../usage.ts'
import { choiceOf } from '../values.ts'

const formats = ['onnx', 'safetensors', 'npz', 'params'] as const
type Format = (typeof formats)[number]

/** The command. */
export const exportCommand = command({
  name: 'export',
  description: 'Writes a trained network for other tools: ONNX, safetensors, .npz, .params',
  args: {
    checkpoint: { type: 'positional', description: 'a run’s folder, or a checkpoint in it', valueHint: 'CHECKPOINT' },
    out: { type: 'string', description: 'the file to write; its ending names the format', valueHint: 'FILE' },
    format: { type: 'string', description: `${formats.join(', ')} (default: by the file’s ending)`, valueHint: 'NAME' },
    ...sharedArgs,
  },
  examples: [
    ['export runs/nin --out nin.onnx', 'the network for ONNX Runtime, with its classes and preprocessing named'],
    ['export runs/nin --out nin.safetensors', 'the weights alone, which Python reads'],
  ],
  async run(args) {
    const { checkpoint, out } = args
    if (out === undefined) throw new UsageError('[export] which file? Give --out FILE, as in --out nin.onnx')
    const format = formatOf(args.format, out)
    const opened = await openCheckpoint('export', checkpoint, args)
    const bytes = await bytesOf(format, opened, out)
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

/** The file's bytes; `.params` is written by the block itself. */
async function bytesOf(format: Format, opened: Opened, out: string): Promise<Uint8Array | undefined> {
  const { network, settings } = opened
  const metadata = describe(opened)
  if (format === 'safetensors') return io.safetensors(network.net, metadata)
  if (format === 'npz') return io.npz(network.net)
  if (format === 'onnx') {
    return io.onnx(network.net, [emptyImage(settings, network.context)], {
      inputNames: ['images'],
      outputNames: ['scores'],
      metadata,
    })
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
