// A standard normal number by the polar method in WGSL, whose float32 logarithm may differ from the CPU's in the last digits.
import { wgslElementary } from '../../kernel/wgsl/math.ts'

/** `standardNormal(at)` of the engine at that word. */
export const normalText = `${wgslElementary}
fn standardNormal(at: u32) -> f32 {
  var y = 0.0;
  var r = 2.0;
  while (r > 1.0 || r == 0.0) {
    let x = once(2.0 * unit(at) - 1.0);
    y = once(2.0 * unit(at) - 1.0);
    r = once(x * x) + once(y * y);
  }
  return y * sqrt(-2.0 * log1(r) / r);
}
`
