// Serological specificities → the alleles they stand for, by first field or, for splits within a group, by allele.
// The HLA dictionary 2008, doi:10.1111/j.1399-0039.2008.01183.x; nomenclature report 2010, doi:10.1111/j.1399-0039.2010.01466.x.

/** Splits and broad antigens whose number is not that of the group of alleles. */
const OTHERS: Readonly<Record<string, string>> = {
  A9: 'A*23 A*24',
  A10: 'A*25 A*26 A*34 A*66',
  A19: 'A*29 A*30 A*31 A*32 A*33 A*74',
  A28: 'A*68 A*69',
  A203: 'A*02:03',
  A210: 'A*02:10',
  B5: 'B*51 B*52',
  B12: 'B*44 B*45',
  B16: 'B*38 B*39',
  B17: 'B*57 B*58',
  B21: 'B*49 B*50',
  B22: 'B*54 B*55 B*56',
  B60: 'B*40:01',
  B61: 'B*40:02 B*40:06',
  B62: 'B*15:01',
  B63: 'B*15:16 B*15:17',
  B64: 'B*14:01',
  B65: 'B*14:02',
  B70: 'B*15:03 B*15:10 B*15:18',
  B71: 'B*15:10',
  B72: 'B*15:03',
  B75: 'B*15:02',
  B76: 'B*15:12',
  B77: 'B*15:13',
  B703: 'B*07:03',
  C9: 'C*03:03',
  C10: 'C*03:04',
  DR2: 'DRB1*15 DRB1*16',
  DR5: 'DRB1*11 DRB1*12',
  DR6: 'DRB1*13 DRB1*14',
  DR17: 'DRB1*03:01',
  DR18: 'DRB1*03:02',
  DR51: 'DRB5*01 DRB5*02',
  DR52: 'DRB3*01 DRB3*02 DRB3*03',
  DR53: 'DRB4*01',
  DR103: 'DRB1*01:03',
  DQ1: 'DQB1*05 DQB1*06',
  DQ7: 'DQB1*03:01 DQB1*03:04',
  DQ8: 'DQB1*03:02',
  DQ9: 'DQB1*03:03',
}

/** Antigens whose number is the first field of their alleles. */
const SAME: Readonly<Record<string, readonly [locus: string, numbers: string]>> = {
  A: ['A', '1 2 3 11 23 24 25 26 29 30 31 32 33 34 36 43 66 68 69 74 80'],
  B: ['B', '7 8 13 14 15 18 27 35 37 38 39 40 41 42 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 67 73 78 81 82'],
  C: ['C', '1 2 3 4 5 6 7 8'],
  DR: ['DRB1', '1 3 4 7 8 9 10 11 12 13 14 15 16'],
  DQ: ['DQB1', '2 3 4 5 6'],
  DP: ['DPB1', '1 2 3 4 5 6'],
}

/** Keyed in capitals, without the w of Cw and DPw: `A2` → `A*02`. */
export const SEROTYPES: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...Object.entries(SAME).flatMap(([antigen, [locus, numbers]]) =>
    numbers.split(' ').map(number => [antigen + number, [`${locus}*${number.padStart(2, '0')}`]] as const),
  ),
  ...Object.entries(OTHERS).map(([antigen, alleles]) => [antigen, alleles.split(' ')] as const),
])
