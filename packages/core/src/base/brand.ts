// Nominal types: an id or a coordinate of one kind is not accepted where another is meant.

declare const kind: unique symbol
export type Brand<T, K extends string> = T & { readonly [kind]: K }

/** 1-based position, as tables and people write it. */
export type Ordinal1 = Brand<number, 'ordinal-1'>
/** 0-based offset; intervals of offsets are half-open. */
export type Offset0 = Brand<number, 'offset-0'>
