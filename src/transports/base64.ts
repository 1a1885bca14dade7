/** Standard alphabet, padded (RFC 4648, 4). In pieces, for a call takes only so many arguments. */
export function base64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192))
  return btoa(text)
}

/** UTF-8 in letters that may stand in a header and in the name of a subprotocol (RFC 4648, 5); not padded. */
export function base64url(text: string): string {
  return base64(new TextEncoder().encode(text)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
