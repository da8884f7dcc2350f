// Chains, linkers and ends → bases that tile without gap or overlap, with the origin of each part; and the same as parts for the codon optimiser.
import { type DesignPart, segmentName, translate } from '../bio/index.ts'
import type { ConstantRegion } from './constant-set.ts'
import type { ConstructPart, Tag } from './construct.ts'
import type { Linker } from './linker.ts'
import type { ReconstructedChain } from './reconstruct.ts'
import type { UserPart } from './user-parts.ts'

export interface AssembledChain {
  readonly kind: 'tcr'
  readonly chain: ReconstructedChain
  readonly constant: ConstantRegion
  readonly tagN: Tag | undefined
  readonly tagC: Tag | undefined
}

/** One open reading between two 2A peptides. */
export type Cistron = AssembledChain | { readonly kind: 'user'; readonly name: string; readonly parts: readonly UserPart[] }

export interface Tiling {
  readonly nt: string
  readonly parts: readonly ConstructPart[]
}

/** Codons of residues whose own bases nobody gave: any will do before optimisation, so the tables' first. With native codons they are what is ordered. */
const PLAIN: Readonly<Record<string, string>> = {
  A: 'GCC',
  C: 'TGC',
  D: 'GAC',
  E: 'GAG',
  F: 'TTC',
  G: 'GGC',
  H: 'CAC',
  I: 'ATC',
  K: 'AAG',
  L: 'CTG',
  M: 'ATG',
  N: 'AAC',
  P: 'CCC',
  Q: 'CAG',
  R: 'AGA',
  S: 'AGC',
  T: 'ACC',
  V: 'GTG',
  W: 'TGG',
  Y: 'TAC',
}
const plain = (aa: string): string => [...aa].map(residue => PLAIN[residue]).join('')

const LOCKED: ReadonlySet<ConstructPart['role']> = new Set(['arm', 'kozak', 'stop', 'barcode'])

/** Kozak, chains with linkers between, stop, barcode. */
export function assemble(
  cistrons: readonly Cistron[],
  linkers: readonly Linker[],
  kozak: string,
  stop: string,
  barcode: string,
  release: string,
): Tiling {
  const parts: ConstructPart[] = []
  let nt = ''
  const add = (
    role: ConstructPart['role'],
    bases: string,
    origin: string,
    chain?: ConstructPart['chain'],
    given?: { label?: string; locked?: boolean },
  ) => {
    if (bases === '') return
    const label = given?.label ?? (chain === undefined ? role : `${chain} ${role}`)
    const locked = given?.locked ?? LOCKED.has(role)
    parts.push({ role, chain, label, start: nt.length, end: nt.length + bases.length, locked, origin })
    nt += bases
  }
  const tag = (given: Tag | undefined, chain: ConstructPart['chain']) => {
    if (given !== undefined) add('tag', plain(given.aa), `tag ${given.name}, as given`, chain, { label: `${given.name} tag` })
  }
  add('kozak', kozak, 'Kozak 1987, doi:10.1093/nar/15.20.8125')
  cistrons.forEach((cistron, i) => {
    const linker = linkers[i - 1]
    if (linker !== undefined) {
      let at = 0
      for (const { label, aa } of linker.features) {
        add(
          label === 'furin' ? 'furin' : label.endsWith('2A') ? '2a' : 'spacer',
          linker.nt.slice(at, at + aa.length * 3),
          `${label} of ${linker.name}`,
        )
        at += aa.length * 3
      }
    }
    if (cistron.kind === 'user') {
      for (const part of cistron.parts)
        add('user', part.nt ?? plain(part.aa), `${part.role}, ${part.citation}`, undefined, {
          label: part.name,
          locked: part.nt !== undefined,
        })
      return
    }
    const { chain, constant } = cistron
    const { locus } = chain
    const from = chain.mode === 'contig' ? 'contig of the cell, as ' : ''
    const v = `${from}${segmentName(chain.v)} (${release}, ${chain.v.record})`
    add('leader', chain.leaderNt, v, locus)
    tag(cistron.tagN, locus)
    add('v-region', chain.vNt, v, locus)
    add(
      'junction',
      chain.junctionNt,
      chain.mode !== 'amino-acid' ? 'bases of the cell' : 'residues given, germline codons where they agree',
      locus,
    )
    add('j-region', chain.jNt, `${from}${segmentName(chain.j)} (${release}, ${chain.j.record})`, locus)
    add('constant', constant.nt, constant.origin + constant.substitutions.map(s => ` ${s.from}${s.number}${s.to}`).join(''), locus)
    tag(cistron.tagC, locus)
  })
  add('stop', stop, 'stop codon')
  add('barcode', barcode, 'barcode of the batch')
  return { nt, parts }
}

/** Bases that stand as they are (ends, locked junctions, a user's bases) and residues whose codons are chosen. */
export function designParts({ nt, parts }: Tiling, lockJunction: boolean): readonly DesignPart[] {
  const design: DesignPart[] = []
  let at = 0
  for (const part of parts) {
    if (!isLocked(part, lockJunction)) continue
    if (part.start > at) design.push({ kind: 'free', aa: translate(nt.slice(at, part.start)) })
    design.push({ kind: 'locked', nt: nt.slice(part.start, part.end) })
    at = part.end
  }
  if (at < nt.length) design.push({ kind: 'free', aa: translate(nt.slice(at)) })
  return design
}

const isLocked = (part: ConstructPart, lockJunction: boolean): boolean => part.locked || (part.role === 'junction' && lockJunction)

/** After optimisation a part keeps its residues, not its bases. */
export function withChosenCodons(part: ConstructPart, lockJunction: boolean): ConstructPart {
  if (isLocked(part, lockJunction)) return part
  return { ...part, origin: part.role === 'junction' ? 'residues of the receptor, codons chosen' : `${part.origin}, codons chosen` }
}
