// What this runtime's WebAssembly can do, and the rung that follows from it.
import { enableWideSimd, environment } from '#platform'
import { GlueballError } from '../../core/errors.ts'
import { assemble, f32x4, func } from '../../kernel/wasm/asm.ts'
import { RUNGS, type Rung } from '../../kernel/wasm/rung.ts'
import { passesSelfTest } from './selfTest.ts'

let wide = false

/** Whether relaxed SIMD validates here (V8 from 11.4 on, so not Node 20). */
export function hasRelaxedSimd(): boolean {
  const zero = f32x4.const(0)
  const probe = func('probe', [], 'v128', () => f32x4.relaxed_madd(zero, zero, zero))
  return WebAssembly.validate(assemble([probe]))
}

/**
 * Asks V8 to fuse pairs of 128-bit operations into 256-bit ones, in the whole process. Call it in the main thread before
 * the first array is made and before a worker is started; in a worker it says whether the main thread has done so. False
 * where that is too late, GLUEBALL_RUNG names another rung, or V8 can't (pages, Node before 24, other processors than x64).
 */
export function useWideSimd(): boolean {
  // another rung that was asked for would be fused too
  const other = (environment('GLUEBALL_RUNG') || 'wide') !== 'wide'
  wide = !other && hasRelaxedSimd() && enableWideSimd()
  return wide
}

const verdicts = new Map<Rung, boolean>()

/** Whether a rung passes its self-test here, which runs once and takes some ms. */
function works(rung: Rung): boolean {
  const verdict = verdicts.get(rung) ?? passesSelfTest(rung)
  verdicts.set(rung, verdict)
  return verdict
}

/** Rungs that this runtime has, but whose kernels computed something wrong when they were tried. */
export function failedRungs(): readonly Rung[] {
  return RUNGS.filter((rung) => verdicts.get(rung) === false)
}

/** The first rung from the given one down that works; the lowest is what there is if none does. */
export function firstWorking(from: Rung, works: (rung: Rung) => boolean): Rung {
  return RUNGS.slice(RUNGS.indexOf(from)).find(works) ?? 'plain'
}

/**
 * The best rung for this runtime, or the one that GLUEBALL_RUNG names, as far as this runtime has it and its kernels pass
 * a self-test. No clock takes part, so that the same runtime always computes the same bits.
 */
export function chooseRung(): Rung {
  const asked = environment('GLUEBALL_RUNG')
  if (asked && !RUNGS.includes(asked as Rung)) {
    throw new GlueballError(`GLUEBALL_RUNG must be ${RUNGS.join(', ')}, got '${asked}'`)
  }
  return firstWorking(bestOf(asked), works)
}

function bestOf(asked: string | undefined): Rung {
  if (asked === 'plain' || !hasRelaxedSimd()) return 'plain'
  if (asked === 'relaxed') return 'relaxed'
  return wide || (asked === 'wide' && useWideSimd()) ? 'wide' : 'relaxed'
}
