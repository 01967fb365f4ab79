/** A file's bytes as padded base64, as the API takes them. */
export function base64Of(bytes: Uint8Array): string {
	let text = '';
	for (const byte of bytes) text += String.fromCharCode(byte);
	return btoa(text);
}
