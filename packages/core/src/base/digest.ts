// SHA-256 in hex, of text as UTF-8: ids that survive re-runs and checksums that print on an order sheet.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

export const sha256Hex = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)))
