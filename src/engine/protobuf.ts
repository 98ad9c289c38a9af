/**
 * Protobuf's wire format (https://protobuf.dev/programming-guides/encoding), written: varints and length-prefixed bytes.
 * These twenty lines are fewer than a library would need to be told a schema. A field is a key, its number · 8 + wire
 * type, then its value; a message is its fields joined.
 */

export const int = (field: number, value: number) => join([varint(field * 8), varint(value)])
export const bytes = (field: number, value: Uint8Array) =>
  join([varint(field * 8 + 2), varint(value.length), value])
export const text = (field: number, value: string) => bytes(field, Buffer.from(value, 'utf8'))

export function float(field: number, value: number): Uint8Array {
  const littleEndian = Buffer.alloc(4)
  littleEndian.writeFloatLE(value)
  return join([varint(field * 8 + 5), littleEndian])
}

/** Seven bits a byte, lowest first; a negative number as the 64 bits of its two's complement. */
function varint(value: number): Uint8Array {
  const out: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) + 128)
  return Uint8Array.from([...out, Number(rest)])
}

export const join = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts)
