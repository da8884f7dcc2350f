// What joins two chains: furin site, spacer, 2A peptide. The 2A breaks before its last proline, which stays on the next chain's leader.
// Peptides: Szymczak 2004 (doi:10.1038/nbt957), Kim 2011 (doi:10.1371/journal.pone.0018556).

import { z } from 'zod'
import { type Issue, ok, type Result, refuse } from '../base/index.ts'
import { type CodonUsage, codonsByUse, translate } from '../bio/index.ts'
import { parseCheckedYaml } from '../format/index.ts'

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

/** The same by name. */
export const SHIPPED_LINKERS: ReadonlyMap<string, Linker> = new Map(Object.entries(LINKERS))

export const DEFAULT_LINKER = 'furin-SGSG-P2A'

/** So many linkers, the first of them named; the next keep its form with another 2A peptide, so that no stretch repeats. A user's linker repeats. */
export function linkersFor(name: string, count: number, known: ReadonlyMap<string, Linker> = SHIPPED_LINKERS): readonly Linker[] {
  if (!Object.hasOwn(LINKERS, name)) return Array.from({ length: count }, () => known.get(name)!)
  const prefix = name.replace(/[PTEF]2A$/, '')
  const first = TWO_A.findIndex(two => name === prefix + two.label)
  return Array.from({ length: count }, (_, i) => LINKERS[prefix + TWO_A[(first + i) % TWO_A.length]!.label]!)
}

const partFile = z.strictObject({
  label: z.string().regex(/^[A-Za-z0-9-]{1,20}$/),
  aa: z.string().regex(/^[ACDEFGHIKLMNPQRSTVWY]{1,60}$/, 'residues in capitals'),
  nt: z
    .string()
    .regex(/^[ACGT]+$/)
    .optional(),
})
const linkerFile = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9._-]+$/),
  citation: z.string().min(1, 'where the linker comes from'),
  parts: z.array(partFile).min(1),
})

/**
 * A user's linker from YAML: parts in order, the last of them a 2A peptide, for the chains must come apart. Codons that are not given are the commonest.
 * Errors: `linker-yaml`, `linker-key`, `linker-value`, `linker-name` (a shipped one), `linker-codons` (bases that are not those residues), `linker-2a`.
 */
export function parseLinker(text: string, usage: CodonUsage): Result<Linker, Issue> {
  const parsed = parseCheckedYaml(text, { name: 'linker', schema: linkerFile })
  if (!parsed.ok) return parsed
  const { name, parts } = parsed.value
  if (Object.hasOwn(LINKERS, name))
    return refuse('linker-name', `${name} is the name of a shipped linker`, 'give your linker a name of its own')
  const wrong = parts.find(part => part.nt !== undefined && translate(part.nt) !== part.aa)
  if (wrong !== undefined)
    return refuse(
      'linker-codons',
      `the bases of ${wrong.label} are ${translate(wrong.nt!)}, not ${wrong.aa}`,
      'give bases that translate to its residues',
    )
  if (!parts.at(-1)!.aa.endsWith('NPGP'))
    return refuse('linker-2a', `${parts.at(-1)!.label} does not end in NPGP`, 'end with a 2A peptide: without one the two chains stay one')
  const codons = (aa: string) => [...aa].map(residue => codonsByUse(usage, residue)[0]!).join('')
  return ok(
    make(
      name,
      parts.map(({ label, aa, nt }) => ({ label, aa, nt: nt ?? codons(aa) })),
    ),
  )
}
