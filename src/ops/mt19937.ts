// The Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998) in an Int32Array, where many engines can lie.

/** Words of one engine: 624 of state, then how many of them have been used. */
export const engineWords = 625

const size = 624
const shift = 397

/** Seeds the engine that begins at word `at`, as the authors' `init_genrand` does; the seed counts modulo 2³². */
export function seedEngine(words: Int32Array, at: number, seed: number): void {
  words[at] = seed
  for (let i = 1; i < size; i++) {
    const previous = words[at + i - 1]
    words[at + i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i
  }
  words[at + size] = size
}

/** The next output of the engine that begins at word `at`, an unsigned 32-bit integer. */
export function nextWord(words: Int32Array, at: number): number {
  if (words[at + size] >= size) renew(words, at)
  let y = words[at + words[at + size]++]
  y ^= y >>> 11
  y ^= (y << 7) & 0x9d2c5680
  y ^= (y << 15) & 0xefc60000
  return (y ^ (y >>> 18)) >>> 0
}

function renew(words: Int32Array, at: number): void {
  for (let i = 0; i < size; i++) {
    const y = (words[at + i] & 0x80000000) | (words[at + ((i + 1) % size)] & 0x7fffffff)
    words[at + i] = words[at + ((i + shift) % size)] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
  }
  words[at + size] = 0
}
