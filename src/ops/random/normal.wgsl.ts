// A standard normal number by the polar method in WGSL, whose float32 logarithm may differ from the CPU's in the last digits.
import { wgslElementary, wgslNumbers } from '../../kernel/wgslMath.ts'

/** `standardNormal(at)` of the engine at that word. */
export const normalText = `${wgslNumbers}${wgslElementary}
fn standardNormal(at: u32) -> f32 {
  for (;;) {
    let x = 2.0 * unit(at) - 1.0;
    let y = 2.0 * unit(at) - 1.0;
    let r = once(x * x) + once(y * y);
    if (r > 1.0 || r == 0.0) { continue; }
    return y * sqrt(-2.0 * log1(r) / r);
  }
}
`
