// `--fine-tune`: a run that starts from the weights of another one or of a file, with a new last layer.
import { readFile, stat } from 'node:fs/promises'
import { printable } from '../../core/printable.ts'
import { VisionNet } from '../../gluon/models/visionNet.ts'
import { structuralNames } from '../../gluon/structure.ts'
import type { gluon } from '../../index.ts'
import { decodeArrays } from '../../io/arrayFiles.ts'
import { isCheckpoint } from '../../io/checkpoint.ts'
import type { ParamsEntry } from '../../io/params.ts'
import { arraysOf, files, readRun } from '../folder/checkpoint.ts'
import { putWeights, type RunNetwork } from '../network.ts'
import type { Settings } from '../settings/settings.ts'
import { UsageError } from '../usage.ts'

/** What the learning rate of all layers but the last is multiplied by. */
export const slower = 0.1

/** Weights by structural name. Throws where the path is no run of the same model, and no file of arrays. */
export async function readPretrained({ fineTune: path, model }: Settings): Promise<readonly ParamsEntry[] | undefined> {
  if (path === null) return undefined
  const status = await stat(path).catch(() => undefined)
  if (!status) throw new Error(`[train] --fine-tune: there is no file or folder ${printable(path)}`)
  const bytes = status.isDirectory() ? undefined : await readFile(path)
  if (bytes && !isCheckpoint(bytes)) return decodeArrays('train', bytes, path)
  const found = await readRun(path, [files.best, files.last, files.previous])
  const { settings } = found.header
  if (settings.model !== model) {
    const advice = `give train ${settings.model} --fine-tune ${printable(path)}`
    throw new UsageError(
      `[train] --fine-tune ${printable(path)} is a run of ${settings.model}, not of ${model}: ${advice}`,
    )
  }
  return arraysOf(found, 'weight')
}

/** The layer whose results are the classes' scores: `output` of a network of the zoo, else the last that has parameters. */
function lastLayer(net: gluon.AnyBlock): gluon.AnyBlock {
  if (net instanceof VisionNet) return net.output
  const layers = [...net.children.values()].filter((layer) => structuralNames(layer).size > 0)
  return layers[layers.length - 1]
}

/** The parameters of all layers but the last, by structural name. */
function kept({ net, parameters }: RunNetwork): Map<string, gluon.Parameter> {
  const last = new Set(structuralNames(lastLayer(net)).values())
  return new Map([...parameters].filter(([, parameter]) => !last.has(parameter)))
}

/** Sets the learning rate of all layers but the last to a tenth. */
export function slowDown(network: RunNetwork): void {
  for (const parameter of kept(network).values()) parameter.lrMult = slower
}

/** Puts weights into all layers but the last. Throws where one is missing or has another shape. */
export function startFrom(network: RunNetwork, weights: readonly ParamsEntry[], { fineTune, model }: Settings): void {
  const held = `--fine-tune ${printable(fineTune ?? '')}`
  putWeights(
    kept(network),
    weights,
    network.context,
    (what) => new Error(`[train] ${held} ${what}: expected weights of ${model}`),
  )
}
