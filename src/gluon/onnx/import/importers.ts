// The operators that ONNX files may have, by families.
import { elementImporters } from './elements.ts'
import { layerImporters } from './layers.ts'
import { movementImporters } from './movements.ts'
import { reductionImporters } from './reductions.ts'
import { shapeImporters } from './shapes.ts'
import type { Importers } from './step.ts'

/** How each operator is computed, by its name. */
export const importers: Importers = {
  ...elementImporters,
  ...layerImporters,
  ...movementImporters,
  ...reductionImporters,
  ...shapeImporters,
}

/** The operands that are weights, by operator. */
export const trainedOperands: Readonly<Record<string, readonly number[]>> = {
  BatchNormalization: [1, 2],
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gemm: [1, 2],
  GroupNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  LayerNormalization: [1, 2],
  MatMul: [0, 1],
  PRelu: [1],
}

/** The operands that the host reads, by operator: they are no parameters. */
export const hostOperands: Readonly<Record<string, readonly number[]>> = {
  Clip: [1, 2],
  Pad: [2],
  Range: [0, 1, 2],
  Resize: [1, 2],
  Upsample: [1],
}
