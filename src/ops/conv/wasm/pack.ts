// The filters as panels, for the forward pass and, flipped and transposed, for the gradient of the input.
import { type PanelSource, packPanels, panelBytes } from '../../../kernel/wasm/panels.ts'
import { type DerivedBuffer, derive } from '../../../kernel/wasm/plan.ts'
import type { Rung } from '../../../kernel/wasm/rung.ts'
import type { Geometry } from '../geometry.ts'

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

/** Panels [group][panel][kh, kw, O ÷ groups][channel] of the weight, input 1, its taps in reverse. */
export function dataPanels(g: Geometry, rung: Rung): DerivedBuffer {
  const [kh, kw] = g.kernel
  const [channels, filters] = [g.C / g.groups, g.O / g.groups]
  const source: PanelSource = {
    matrices: { count: g.groups, step: filters * channels * kh * kw },
    k: [
      { count: kh, step: -kw },
      { count: kw, step: -1 },
      { count: filters, step: channels * kh * kw },
    ],
    columns: { count: channels, step: kh * kw },
    begin: kh * kw - 1,
  }
  return panels(source, rung)
}

function panels(source: PanelSource, rung: Rung): DerivedBuffer {
  return derive(1, panelBytes(source, rung), [packPanels(source, { input: 1 }, { derived: 0 }, rung)])
}
