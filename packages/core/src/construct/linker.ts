// What joins two chains: furin site, spacer, 2A peptide. The 2A breaks before its last proline, which stays on the next chain's leader.
// Peptides: Szymczak 2004 (doi:10.1038/nbt957), Kim 2011 (doi:10.1371/journal.pone.0018556).

export interface Linker {
  readonly name: string
  readonly aa: string
  /** DNA used without optimisation. */
  readonly nt: string
  readonly features: readonly { readonly label: string; readonly aa: string }[]
}

const P2A = { label: 'P2A', aa: 'ATNFSLLKQAGDVEENPGP', nt: 'GCCACCAACTTCAGCCTGCTGAAGCAGGCCGGCGACGTGGAGGAGAACCCCGGCCCC' }
const T2A = { label: 'T2A', aa: 'EGRGSLLTCGDVEENPGP', nt: 'GAGGGCAGAGGCAGCCTGCTGACCTGCGGCGACGTGGAGGAGAACCCCGGCCCC' }
const E2A = { label: 'E2A', aa: 'QCTNYALLKLAGDVESNPGP', nt: 'CAGTGCACCAACTACGCCCTGCTGAAGCTGGCCGGCGACGTGGAGAGCAACCCCGGCCCC' }
const F2A = { label: 'F2A', aa: 'VKQTLNFDLLKLAGDVESNPGP', nt: 'GTGAAGCAGACCCTGAACTTCGACCTGCTGAAGCTGGCCGGCGACGTGGAGAGCAACCCCGGCCCC' }
const FURIN = { label: 'furin', aa: 'RAKR', nt: 'AGAGCCAAGAGA' }
const SGSG = { label: 'SGSG', aa: 'SGSG', nt: 'AGCGGCAGCGGA' }
const GSG = { label: 'GSG', aa: 'GSG', nt: 'GGCAGCGGC' }

const make = (name: string, parts: readonly { label: string; aa: string; nt: string }[]): Linker => ({
  name,
  aa: parts.map(part => part.aa).join(''),
  nt: parts.map(part => part.nt).join(''),
  features: parts.map(({ label, aa }) => ({ label, aa })),
})

const TWO_A = [P2A, T2A, E2A, F2A]

/** `furin-SGSG-P2A` (default), `P2A` (with GSG), and the same with T2A, E2A, F2A. */
export const LINKERS: Readonly<Record<string, Linker>> = Object.fromEntries(
  TWO_A.flatMap(two => [make(`furin-SGSG-${two.label}`, [FURIN, SGSG, two]), make(two.label, [GSG, two])]).map(linker => [
    linker.name,
    linker,
  ]),
)

export const DEFAULT_LINKER = 'furin-SGSG-P2A'

/** So many linkers, the first of them named; the next keep its form with another 2A peptide, so that no stretch repeats. */
export function linkersFor(name: string, count: number): readonly Linker[] {
  const prefix = name.replace(/[PTEF]2A$/, '')
  const first = TWO_A.findIndex(two => name === prefix + two.label)
  return Array.from({ length: count }, (_, i) => LINKERS[prefix + TWO_A[(first + i) % TWO_A.length]!.label]!)
}
