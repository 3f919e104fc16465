// The filters as panels, for the forward pass and, flipped and transposed, for the gradient of the input.
import { type PanelSource, packPanels, panelBytes } from '../../../kernel/wasm/panels.ts'
import { type DerivedBuffer, derive } from '../../../kernel/wasm/plan.ts'
import type { Rung } from '../../../kernel/wasm/rung.ts'
import type { Geometry } from '../geometry.ts'
import type { Correlation } from './correlation.ts'
import { partsOf } from './parts.ts'

/** Panels [group][panel][kh, kw, C ÷ groups][filter] of the weight, input 1. */
export function forwardPanels(g: Geometry, rung: Rung): DerivedBuffer {
  const [kh, kw] = g.kernel
  const [channels, filters] = [g.C / g.groups, g.O / g.groups]
  const source: PanelSource = {
    matrices: { count: g.groups, step: filters * channels * kh * kw },
    k: [
      { count: kh, step: kw },
      { count: kw, step: 1 },
      { count: channels, step: kh * kw },
    ],
    columns: { count: filters, step: channels * kh * kw },
    begin: 0,
  }
  return panels(source, rung)
}

/** Panels [panel][kh, kw][filter] of the weight, input 1, whose filters have one channel; its taps in reverse if wanted. */
export function depthwisePanels(g: Geometry, rung: Rung, width: number, reversed: boolean): DerivedBuffer {
  const [kh, kw] = g.kernel
  const sign = reversed ? -1 : 1
  const source: PanelSource = {
    matrices: { count: 1, step: 0 },
    k: [
      { count: kh, step: sign * kw },
      { count: kw, step: sign },
      { count: 1, step: 0 },
    ],
    columns: { count: g.O, step: kh * kw },
    begin: reversed ? kh * kw - 1 : 0,
  }
  return panels(source, rung, width)
}

function panels(source: PanelSource, rung: Rung, width?: number): DerivedBuffer {
  const phase = packPanels(source, { input: 1 }, { derived: 0 }, rung, width)
  return derive(1, panelBytes(source, rung, width), [phase])
}

/** Panels of each part of the gradient of the input, [group][panel][taps, O ÷ groups][channel], taps in reverse. */
export function dataPanels(s: Correlation): DerivedBuffer {
  const [kh, kw] = s.kernel
  const [channels, filters] = [s.O / s.groups, s.C / s.groups]
  let plus = 0
  const phases = partsOf(s).map((part) => {
    const source: PanelSource = {
      matrices: { count: s.groups, step: filters * channels * kh * kw },
      k: [
        { count: part.kernel[0], step: -part.step[0] * kw },
        { count: part.kernel[1], step: -part.step[1] },
        { count: filters, step: channels * kh * kw },
      ],
      columns: { count: channels, step: kh * kw },
      begin: part.last[0] * kw + part.last[1],
    }
    const phase = packPanels(source, { input: 1 }, { derived: 0, plus }, s.rung)
    plus += panelBytes(source, s.rung)
    return phase
  })
  return derive(1, plus, phases)
}
