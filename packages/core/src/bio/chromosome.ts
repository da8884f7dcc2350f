// One key for the ways in which a human chromosome is written: chr1, 1, Chromosome1, NC_000001.11.

const KEYS = new Map<string, string>()

/** The key, worked out once a name. */
export function chromosomeKey(name: string): string {
  let key = KEYS.get(name)
  if (key === undefined) {
    key = keyOf(name)
    KEYS.set(name, key)
  }
  return key
}

/** NCBI RefSeq accessions of the human chromosomes run NC_000001 to NC_000024; the mitochondrion is NC_012920. */
function keyOf(name: string): string {
  const accession = /^NC_0000(\d\d)\.\d+$/.exec(name)
  if (accession !== null) {
    const number = Number(accession[1])
    return number === 23 ? 'X' : number === 24 ? 'Y' : String(number)
  }
  if (/^NC_012920/.test(name)) return 'MT'
  const bare = name.replace(/^(chromosome|chr)_?/i, '')
  return bare === 'M' || bare === 'Mt' ? 'MT' : bare
}
