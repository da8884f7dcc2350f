// Gene names as Adaptive's immunoSEQ writes them (`TCRBV05-01*01`, `TCRAV29-DV05`, `TCRBV20-or09_02`) → IMGT's. Their `-01` of a family of one is no suffix: TCRBV02-01 is TRBV2.

interface Genes {
  has(name: string): boolean
  keys(): Iterable<string>
}

/** `genes`: names without allele that the germline has; they tell a family of one from a member 1, and TRAV14 from TRAV14/DV4. Unknown names come back upper-case. */
export function adaptiveGeneName(written: string, genes: Genes): string {
  const [gene = '', allele] = written.trim().toUpperCase().split('*')
  if (!/^TCR[ABGD][VDJ]/.test(gene)) return written.trim().toUpperCase()
  const plain = gene
    .replace(/^TCR/, 'TR')
    .replace(/(?<!\d)0+(?=\d)/g, '')
    .replace(/-OR(\d+)_(\d+)/, '/OR$1-$2')
    .replace(/(\d)-?(DV\d)/, '$1/$2')
  // the first member of a family of one, before the tail and in it
  const names = [plain, plain.replace(/-1(?=\/|$)/, ''), plain.replace(/-1$/, ''), plain.replace(/-1(?=\/)/, '').replace(/-1$/, '')]
  const name =
    names.find(candidate => genes.has(candidate)) ??
    names.map(stem => onlyDelta(stem, genes)).find(found => found !== undefined) ??
    (genes.has(`${plain}-1`) ? `${plain}-1` : plain)
  return allele === undefined || !/^\d+$/.test(allele) ? name : `${name}*${allele.padStart(2, '0')}`
}

/** TRAV14 → TRAV14/DV4, where the germline has one such gene only. */
function onlyDelta(stem: string, genes: Genes): string | undefined {
  const found = [...genes.keys()].filter(name => name.startsWith(`${stem}/DV`))
  return found.length === 1 ? found[0] : undefined
}
