// Old symbol → current HGNC symbol, for genes of the shipped signatures (HGNC, as listed in the project's specification; the PLAA pair was seen in data).
export const GENE_ALIASES: Readonly<Record<string, string>> = {
  CARS: 'CARS1', PLA2G16: 'PLAAT3', TMEM173: 'STING1', RARRES3: 'PLAAT4', C17orf49: 'BAP18', KIAA1324: 'ELAPOR1',
  FAM102A: 'EEIG1', LRMP: 'IRAG2', TMEM155: 'SMIM43', C16orf45: 'BMERB1', C17orf53: 'HROB',
}
