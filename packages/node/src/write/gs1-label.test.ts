// Labels as bags and wristbands carry them, made by one library and read as pictures by another; GS1-128 by zbar too, where it is installed.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '@cognate/core/base'
import { checkPairing, elementString, parseElementString, parseGs1Dictionary } from '@cognate/core/format'
import { type Coi, containerLabel, makeCoi, parseCoi, RESTRICTED_GTIN, scannedString, showCoi, wristbandString } from '@cognate/core/lot'
import {
  BarcodeFormat,
  BinaryBitmap,
  Code128Reader,
  DataMatrixReader,
  DecodeHintType,
  HybridBinarizer,
  RGBLuminanceSource,
} from '@zxing/library'
import bwip from 'bwip-js/node'
import { expect, test } from 'vitest'
import { dataPath } from '../read/paths.ts'
import { gs1Code128, gs1Code128Options, gs1DataMatrix, gs1DataMatrixOptions } from './gs1-label.ts'

const dictionary = parseGs1Dictionary(readFileSync(dataPath('gs1-identifiers.tsv'), 'utf8'))

interface Picture {
  readonly luminance: Uint8ClampedArray
  readonly width: number
  readonly height: number
}

/** Modules four pixels wide with a quiet zone. */
function drawMatrix(text: string): Picture {
  const [symbol] = bwip.raw(gs1DataMatrixOptions(text)) as unknown as [{ pixs: readonly number[]; pixx: number; pixy: number }]
  const [scale, quiet] = [4, 4]
  const [width, height] = [(symbol.pixx + 2 * quiet) * scale, (symbol.pixy + 2 * quiet) * scale]
  const luminance = new Uint8ClampedArray(width * height).fill(255)
  for (let y = 0; y < symbol.pixy * scale; y++)
    for (let x = 0; x < symbol.pixx * scale; x++)
      if (symbol.pixs[Math.floor(y / scale) * symbol.pixx + Math.floor(x / scale)] === 1)
        luminance[(y + quiet * scale) * width + x + quiet * scale] = 0
  return { luminance, width, height }
}

/** Bars and spaces three pixels a module, 60 pixels high. */
function drawBars(text: string): Picture {
  const [symbol] = bwip.raw(gs1Code128Options(text)) as unknown as [{ sbs: readonly number[] }]
  const [scale, quiet, height] = [3, 12, 60]
  const width = (symbol.sbs.reduce((sum, n) => sum + n, 0) + 2 * quiet) * scale
  const luminance = new Uint8ClampedArray(width * height).fill(255)
  let at = quiet * scale
  symbol.sbs.forEach((n, i) => {
    if (i % 2 === 0) for (let y = 0; y < height; y++) luminance.fill(0, y * width + at, y * width + at + n * scale)
    at += n * scale
  })
  return { luminance, width, height }
}

const bitmap = ({ luminance, width, height }: Picture) =>
  new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(luminance, width, height)))

/** What a scanner would send: FNC1 as the group separator. */
const readMatrix = (text: string): string => new DataMatrixReader().decode(bitmap(drawMatrix(text))).getText()
const readBars = (text: string): string => {
  const hints = new Map<DecodeHintType, unknown>([
    [DecodeHintType.ASSUME_GS1, true],
    [DecodeHintType.POSSIBLE_FORMATS, [BarcodeFormat.CODE_128]],
  ])
  return new Code128Reader().decode(bitmap(drawBars(text)), hints as never).getText()
}

const random = seededRandom('gs1-labels')
const bytes = () => Uint8Array.from({ length: 12 }, () => random.below(256))
const id = (most: number) =>
  Array.from(
    { length: 1 + random.below(most) },
    (_, i) => (i === 0 ? 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789' : 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789-.:_')[random.below(32)]!,
  ).join('')
const two = (n: number) => String(n).padStart(2, '0')

function randomLabel(): { readonly text: string; readonly coi: Coi } {
  const coi = makeCoi(bytes())
  const expires = `20${25 + random.below(20)}-${two(1 + random.below(12))}-${two(1 + random.below(28))}T${two(random.below(24))}:${two(random.below(60))}:00Z`
  const label = containerLabel({ gtin: RESTRICTED_GTIN, lot: id(20), serial: id(20), coi, expires }, 'TCR-T')
  if (!label.ok) throw new Error(label.issue.what)
  return { text: label.value.elementString, coi }
}

test('1,000 random bag labels are read back by an independent decoder without an error, and say what GS1’s rules accept', () => {
  let wrong = 0
  for (let i = 0; i < 1000; i++) {
    const { text, coi } = randomLabel()
    const read = scannedString(readMatrix(text))
    const parsed = parseElementString(dictionary, read)
    if (
      read !== text ||
      !parsed.ok ||
      !checkPairing(dictionary, parsed.value).ok ||
      elementString(dictionary, parsed.value) !== text ||
      parsed.value.at(-1)?.value !== coi
    )
      wrong++
  }
  expect(wrong).toBe(0)
})

test('200 random wristbands are read back from GS1-128', () => {
  let wrong = 0
  for (let i = 0; i < 200; i++) {
    const text = wristbandString(makeCoi(bytes()))
    if (scannedString(readBars(text)) !== text) wrong++
  }
  expect(wrong).toBe(0)
})

const zbar = spawnSync('zbarimg', ['--version'], { stdio: 'ignore' }).status === 0
const withZbar = zbar ? test : process.env.CI ? test : test.skip
withZbar('20 wristbands are read by zbar from the picture too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cognate-labels-'))
  const expected: string[] = []
  for (let i = 0; i < 20; i++) {
    const text = wristbandString(makeCoi(bytes()))
    expected.push(text)
    writeFileSync(
      join(folder, `${two(i)}.png`),
      await bwip.toBuffer({ ...gs1Code128Options(text), padding: 12, backgroundcolor: 'FFFFFF' }),
    )
  }
  const read = spawnSync(
    'zbarimg',
    ['--quiet', '--raw', '-Sdisable', '-Scode128.enable', ...expected.map((_, i) => join(folder, `${two(i)}.png`))],
    { encoding: 'utf8' },
  )
  rmSync(folder, { recursive: true, force: true })
  expect(
    read.stdout
      .trim()
      .split('\n')
      .map(line => scannedString(line)),
  ).toEqual(expected)
})

test('any one changed character of an identity is refused, and nothing is corrected by guessing', () => {
  let refused = 0
  for (let i = 0; i < 50; i++) {
    const coi = makeCoi(bytes())
    expect(parseCoi(showCoi(coi))).toEqual({ ok: true, value: coi })
    for (let at = 0; at < 12; at++)
      for (const letter of '0123456789ABCDEFGHJKMNPQRSTVWXYZ')
        if (letter !== coi[at]) {
          if (parseCoi(coi.slice(0, at) + letter + coi.slice(at + 1)).ok) expect.fail(`${coi} at ${at}`)
          refused++
        }
  }
  expect(refused).toBe(50 * 12 * 31)
  for (const text of ['', 'ILOU-0000-00000', '0000-0000-0000', `${makeCoi(bytes())}0`]) expect(parseCoi(text).ok).toBe(false)
})

test('day 00, a wrong GTIN and an id that does not fit are refused', () => {
  const good = { gtin: RESTRICTED_GTIN, lot: 'L-1', serial: 'B-1', coi: makeCoi(bytes()), expires: '2026-03-01T10:00:00Z' }
  expect(containerLabel(good, 'TCR-T').ok).toBe(true)
  for (const bad of [
    { expires: '2026-03-00T10:00:00Z' },
    { gtin: '12345678901234' },
    { lot: 'x'.repeat(21) },
    { serial: 'B 1' },
    { lot: 'A^B' },
  ])
    expect(containerLabel({ ...good, ...bad }, 'TCR-T')).toMatchObject({ ok: false, issue: { code: 'label' } })
  expect(gs1DataMatrix('^0102000000000015')).toMatch(/^<svg[\s\S]*<\/svg>\s*$/)
  expect(gs1Code128(wristbandString(good.coi))).toMatch(/^<svg/)
})
