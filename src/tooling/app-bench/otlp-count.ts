/**
 * Counts the spans, or the log records, of an OTLP request in protobuf without decoding it: of every signal they are the
 * messages at field 1 (resource), 2 (scope), 2 (record) of the request.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 * @throws RangeError when it is no such message
 */
export function countRecords(request: Uint8Array): number {
  return countAt(request, [1, 2, 2]);
}

function countAt(message: Uint8Array, [field, ...deeper]: readonly number[]): number {
  if (field === undefined) return 1;
  let count = 0;
  for (const { field: seen, bytes } of messagesIn(message)) if (seen === field) count += countAt(bytes, deeper);
  return count;
}

/** The fields that have a length: messages, texts, bytes. */
function* messagesIn(message: Uint8Array): Generator<{ field: number; bytes: Uint8Array }> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at++];
      if (byte === undefined) throw new RangeError('The message ends in the middle of a number');
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const type = tag % 8;
    if (type === 0) varint();
    else if (type === 1) at += 8;
    else if (type === 5) at += 4;
    else if (type === 2) {
      const length = varint();
      yield { field: Math.floor(tag / 8), bytes: message.subarray(at, at + length) };
      at += length;
    } else throw new RangeError(`Fields of type ${type} are not known`);
    if (at > message.length) throw new RangeError('The message ends in the middle of a field');
  }
}
