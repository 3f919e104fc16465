// The filters as panels, for the forward pass and, flipped and transposed, for the gradient of the input.
import { type PanelSource, packPanels, panelBytes, type Stride } from '../../../kernel/wasm/panels.ts'
import { type DerivedBuffer, derive } from '../../../kernel/wasm/plan.ts'
import type { Rung } from '../../../kernel/wasm/rung.ts'
import type { Geometry } from '../geometry.ts'
import type { Correlation } from './correlation.ts'
import { type Part, partsOf } from './parts.ts'

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

/** Panels of each phase of the gradient of the input, [group][panel][taps, O ÷ groups][channel], taps in reverse. */
export function dataPanels(s: Correlation): DerivedBuffer {
  let plus = 0
  const phases = partsOf(s).flatMap((part) =>
    part.last[0].flatMap((row) =>
      runsOf(s, part).map((run) => {
        const source = phaseSource(s, part, row * s.kernel[1] + run.begin, run.phases)
        const phase = packPanels(source, { input: 1 }, { derived: 0, plus }, s.rung)
        plus += panelBytes(source, s.rung)
        return phase
      }),
    ),
  )
  return derive(1, plus, phases)
}

/** The phases across whose last taps are equal steps apart, as matrices that are packed at once; with groups one by one. */
function runsOf({ groups }: Correlation, { last: [, last] }: Part): { begin: number; phases: Stride }[] {
  const step = last.length > 1 ? last[1] - last[0] : 0
  const equal = groups === 1 && last.every((tap, n) => tap === last[0] + n * step)
  if (equal) return [{ begin: last[0], phases: { count: last.length, step } }]
  return last.map((begin) => ({ begin, phases: { count: 1, step: 0 } }))
}

/** The filters of a phase whose last tap is `begin`, or of some phases in turn. */
function phaseSource(s: Correlation, { kernel, step }: Part, begin: number, phases: Stride): PanelSource {
  const [kh, kw] = s.kernel
  const [channels, filters] = [s.O / s.groups, s.C / s.groups]
  return {
    matrices: s.groups > 1 ? { count: s.groups, step: filters * channels * kh * kw } : phases,
    k: [
      { count: kernel[0], step: -step[0] * kw },
      { count: kernel[1], step: -step[1] },
      { count: filters, step: channels * kh * kw },
    ],
    columns: { count: channels, step: kh * kw },
    begin,
  }
}
