import { seededRandom, sha256Hex } from '@cognate/core/base'
import { BinaryBitmap, DataMatrixReader, HybridBinarizer, RGBLuminanceSource } from '@zxing/library'
import bwip from 'bwip-js/node'
import { expect, test } from 'vitest'
import { labelSvg, labelText } from './label.ts'

/** The symbol drawn four pixels a module with a quiet zone, then read by another library as a picture. */
function decode(text: string): string {
  const [symbol] = bwip.raw({ bcid: 'datamatrix', text }) as unknown as [{ pixs: readonly number[]; pixx: number; pixy: number }]
  const scale = 4
  const quiet = 4
  const width = (symbol.pixx + 2 * quiet) * scale
  const height = (symbol.pixy + 2 * quiet) * scale
  const luminance = new Uint8ClampedArray(width * height).fill(255)
  for (let y = 0; y < symbol.pixy * scale; y++) {
    for (let x = 0; x < symbol.pixx * scale; x++) {
      if (symbol.pixs[Math.floor(y / scale) * symbol.pixx + Math.floor(x / scale)] === 1)
        luminance[(y + quiet * scale) * width + x + quiet * scale] = 0
    }
  }
  const bitmap = new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(luminance, width, height)))
  return new DataMatrixReader().decode(bitmap).getText()
}

test('200 random labels are read back by an independent decoder', () => {
  const random = seededRandom('labels')
  for (let i = 0; i < 200; i++) {
    const text = labelText(`TCR-${sha256Hex(String(random.unit())).slice(0, 10)}`, sha256Hex(String(i)))
    expect(decode(text)).toBe(text)
  }
})

test('a label is self-contained SVG', () => {
  expect(labelSvg('TCR-0123456789', '0'.repeat(64))).toMatch(/^<svg[\s\S]*<\/svg>\s*$/)
})
