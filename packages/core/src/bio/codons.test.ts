import fc from 'fast-check'
import { expect, test } from 'vitest'
import { humanUsage } from '../../../../test/imgt.ts'
import { value } from '../../../../test/oracle.ts'
import {
  acceptorScore,
  breaches,
  codonAdaptationIndex,
  codonCost,
  codonShare,
  codonsByUse,
  donorScore,
  optimiseCodons,
  PRESETS,
  reverseComplement,
  translate,
} from './index.ts'

const GENERIC_STRICT = PRESETS.get('generic-strict')!

const usage = humanUsage()

test('mitochondrial ATA is Met, AGA a stop; TGA is Trp there and a stop elsewhere', () => {
  expect(translate('ATAAGATGA', 2)).toBe('M*W')
  expect(translate('ATAAGATGA', 1)).toBe('IR*')
})

test('the consensus donor scores 100, and needs its GT', () => {
  expect(donorScore('AAGGTAAGT', 3)).toBeCloseTo(100, 9) // 38+62+77+100+100+71+73+75+55 = 651; (651 − 51) / 6
  expect(donorScore('AAGGAAAGT', 3)).toBe(0)
})

test('an acceptor with another AG just upstream scores 0', () => {
  expect(acceptorScore('TTTTTTTTTTTTCAGGT', 13)).toBeGreaterThan(80)
  expect(acceptorScore('TTTTTTTAGTTTCAGGT', 13)).toBe(0)
})

test('most frequent human codons: CTG for leucine, index of best codons is 1', () => {
  expect(codonsByUse(usage, 'L')[0]).toBe('CTG')
  expect(codonAdaptationIndex(usage, 'CTGGTGATCATGTGG')).toBeCloseTo(1, 9)
})

test('any protein comes out translated unchanged and within every limit, or is refused', () => {
  const residues = fc.array(fc.constantFrom(...'ACDEFGHIKLMNPQRSTVWY'), { minLength: 30, maxLength: 120 }).map(letters => letters.join(''))
  let solved = 0
  fc.assert(
    fc.property(residues, protein => {
      const made = optimiseCodons(
        [
          { kind: 'locked', nt: 'GCCGCCACC' },
          { kind: 'free', aa: `M${protein}` },
          { kind: 'locked', nt: 'TAA' },
        ],
        usage,
        GENERIC_STRICT,
      )
      if (!made.ok) return made.issue.code === 'codons-impossible'
      solved++
      return (
        made.value.nt.startsWith('GCCGCCACC') &&
        made.value.nt.endsWith('TAA') &&
        translate(made.value.nt.slice(9, -3)) === `M${protein}` &&
        breaches(made.value.nt, GENERIC_STRICT).length === 0
      )
    }),
    { numRuns: 40, seed: 7 },
  )
  expect(solved).toBeGreaterThan(30)
})

test('a site in a locked part cannot be removed: refused', () => {
  expect(
    optimiseCodons(
      [
        { kind: 'free', aa: 'MAAAA' },
        { kind: 'locked', nt: 'GAATTC' },
      ],
      usage,
      GENERIC_STRICT,
    ),
  ).toMatchObject({ ok: false, issue: { code: 'codons-impossible' } })
})

test('breaches are found on both strands', () => {
  const found = breaches(`ACGT${reverseComplement('GGTCTC')}ACGT`, GENERIC_STRICT)
  expect(found.filter(breach => breach.check === 'sites')).toEqual([{ check: 'sites', at: 4, text: 'BsaI GAGACC (other strand)' }])
  const none = { ...PRESETS.get('none')!, length: [300, 1800] as const }
  expect(breaches('ACGT', none)).toEqual([{ check: 'length', at: 0, text: '4 bases, not 300 to 1800' }])
  expect(breaches('ACGT'.repeat(75), none)).toEqual([])
})

test('optimising is deterministic', () => {
  const run = () =>
    value(
      optimiseCodons(
        [{ kind: 'free', aa: 'MSTNPKPQRKTKRNTNRRPQDVKFPGGGQIVGGVYLLPRRGPRLGVRATRKTSERSQPRGRRQPIPKARRPEGRTWAQPGYPWPLYGNEG' }],
        usage,
        GENERIC_STRICT,
      ),
    )
  expect(run()).toEqual(run())
})

test('with match-usage every synonym is as frequent as in the species, to one turn, and every stretch is mixed', () => {
  const residues = 'LSRAGVTPIDEKNQFYHC'
  const protein = `M${Array.from({ length: 40 }, (_, i) => [...residues].map((_, k) => residues[(k * 7 + i) % 18]).join('')).join('')}`
  const limits = { ...GENERIC_STRICT, ...PRESETS.get('none')!, leastCodonShare: 0 }
  const { nt, changed, cai } = value(optimiseCodons([{ kind: 'free', aa: protein }], usage, limits, [0, 0], 'match-usage'))
  expect([translate(nt), changed]).toEqual([protein, []])
  const codons = nt.match(/.../g)!
  for (const residue of residues) {
    const own = codons.filter(codon => translate(codon) === residue)
    expect(own).toHaveLength(40)
    for (const stretch of [own, own.slice(0, 20), own.slice(20)])
      for (const codon of new Set(own)) {
        const expected = codonShare(usage, codon) * stretch.length
        expect([codon, Math.abs(stretch.filter(each => each === codon).length - expected) < 2]).toEqual([codon, true])
      }
  }
  expect(cai).toBeLessThan(0.9)
  // within the limits as well: fewer turns kept, no residue changed
  const strict = value(optimiseCodons([{ kind: 'free', aa: protein.slice(0, 300) }], usage, GENERIC_STRICT, [0, 0], 'match-usage'))
  expect([translate(strict.nt), breaches(strict.nt, GENERIC_STRICT)]).toEqual([protein.slice(0, 300), []])
  expect(strict.changed.length).toBeGreaterThan(0)
})

test('what a codon cost is what breaks in the whole sequence when the wanted one is put back', () => {
  const protein =
    'MGTRLLCWAALCLLGADHTGAGVSQTPSNKVTEKGKYVELRCDPISGHTALYWYRQSLGQGPEFLIYFQGTGAADDSGLPNDRFFAVRPEGSVSTLKIQRTERGDSAVYLCASSLAPGTTNEKLFFGSGTQLSVLEDLRNVTPPKVSLFEPSKAEIANKQKATLVCLARGFFPDHVELSWWVNGKEVHSGVCTDPQAYKESNYSYCLSSRLRVSATFWHNPRNHFRCQVQFHGLSEEDKWPEGSPKPVTQNISAEAWGRADC'
  const limits = { ...GENERIC_STRICT, sites: { ...GENERIC_STRICT.sites, PstI: 'CTGCAG', StuI: 'AGGCCT' } }
  const [five, three] = ['GAATTCGCCGCCACC', 'TAAGAATTC'] as const
  const seen = new Set<string>()
  let compared = 0
  for (const objective of ['best', 'match-usage'] as const) {
    const parts = [{ kind: 'locked', nt: five } as const, { kind: 'free', aa: protein } as const, { kind: 'locked', nt: three } as const]
    const { nt, changed } = value(optimiseCodons(parts, usage, limits, [6, 6], objective))
    for (const { at, wanted } of changed) {
      compared++
      const { limit, text } = codonCost(nt, { at, wanted }, limits, [6, 6])
      const checks = new Set<string>(breaches(nt.slice(0, at) + wanted + nt.slice(at + 3), limits, [6, 6]).map(({ check }) => check))
      expect([at, text, limit === 'soft' || limit === 'neighbours' ? checks.size === 0 : checks.has(limit)]).toEqual([at, text, true])
      seen.add(limit)
    }
  }
  expect(compared).toBeGreaterThan(20)
  expect([...seen]).toEqual(expect.arrayContaining(['sites', 'soft']))
})

test('a motif that is only to be avoided goes where a synonym costs less, and stays where it costs more', () => {
  const none = { ...PRESETS.get('none')!, softMotifs: ['ATCATC', 'CTGCTG'] }
  const { nt, changed } = value(optimiseCodons([{ kind: 'free', aa: 'MGIIPLLG' }], usage, none))
  expect(nt).toMatch(/^ATGGGC(ATCATT|ATTATC)CCCCTGCTGGGC$/) // ATT is used 0.77 times as often as ATC, CTC 0.49 times as often as CTG
  expect(changed.map(each => codonCost(nt, each, none).limit)).toEqual(['soft'])
})

test('a stretch of alanine and glycine before an aspartate is coded: windows that end inside a codon are foreseen', () => {
  // of the tail of a fusion WARS1-DEGS2; the third base of GAT is what brings a window of 50 back under 72 %
  const made = optimiseCodons(
    [
      { kind: 'locked', nt: 'ATG' },
      { kind: 'free', aa: 'ARPAPQVGGAGAGAGADADLLAGAR' },
      { kind: 'locked', nt: 'TGA' },
    ],
    usage,
    GENERIC_STRICT,
  )
  expect(made.ok && translate(made.value.nt)).toBe('MARPAPQVGGAGAGAGADADLLAGAR*')
})
