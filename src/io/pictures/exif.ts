// The orientation in a picture's EXIF data, a TIFF directory (Exif 2.3, section 4.6).

const orientationTag = 0x0112

/** The orientation, 1 to 8; undefined where the data are damaged or say nothing: a picture needs none. */
export function orientationOf(tiff: Uint8Array): number | undefined {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  if (tiff.length < 14) return undefined
  const order = view.getUint16(0)
  const little = order === 0x4949
  if ((!little && order !== 0x4d4d) || view.getUint16(2, little) !== 42) return undefined
  const directory = view.getUint32(4, little)
  if (directory + 2 > tiff.length) return undefined
  const count = view.getUint16(directory, little)
  for (let at = directory + 2; at < directory + 2 + 12 * count && at + 12 <= tiff.length; at += 12) {
    if (view.getUint16(at, little) !== orientationTag) continue
    const value = view.getUint16(at + 8, little)
    return value >= 1 && value <= 8 ? value : undefined
  }
  return undefined
}
