/** Why a fetch failed: `fetch failed` says nothing, its cause does. */
export const fetchFault = (error: Error): string => (error.cause instanceof Error ? error.cause.message : error.message)
