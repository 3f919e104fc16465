// transpose in plain loops.
import { forEachIndex, positionOf } from '../../kernel/indices.ts'
import type { ReferenceKernel } from '../../kernel/reference.ts'
import type { TransposeAttributes } from './transpose.ts'

/** y[i…] = x[j…] with j[axes[k]] = i[k]. */
export const transposeReference: ReferenceKernel<TransposeAttributes> = ([x], { axes }, [y]) => {
  const from = axes.map((_, axis) => axes.indexOf(axis))
  forEachIndex(y.shape, (index, i) => {
    y.data[i] =
      x.data[
        positionOf(
          from.map((k) => index[k]),
          x.shape,
        )
      ]
  })
}
